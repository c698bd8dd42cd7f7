/**
 * Where the server is: the setting, `PATH`, the selected Python, the environment that this extension made; the first that answers with a
 * version that fits.  What the system and the editor know comes in as a `World`.
 */

import * as path from 'node:path';
import { supported } from './version';

/** Where a server was found; also the order in which it is looked for. */
export type Origin = 'path-setting' | 'interpreter-setting' | 'search-path' | 'selected-python' | 'managed';

/** A command line that would start the server, up to the name of its subcommand. */
export interface Launch {
    readonly origin: Origin;
    readonly command: string;
    readonly args: readonly string[];
}

export interface Found extends Launch {
    readonly version: string;
}

/** What stood where a server was looked for and was none: it does not start, or it is too old. */
export interface Rejected extends Launch {
    readonly reason: 'absent' | 'broken' | 'old';
    readonly version?: string;
    readonly detail?: string;
}

export interface Result {
    readonly found?: Found;
    readonly rejected: readonly Rejected[];
}

/** The settings that name a server. */
export interface Wishes {
    readonly path: string;
    readonly interpreter: string;
}

export interface World {
    readonly windows: boolean;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly home: string;
    /** The folders that are open. */
    readonly folders: readonly string[];
    /** Whether what lies in these folders may be run. */
    readonly trusted: boolean;
    isFile(file: string): boolean;
    /** The Python that is selected for the workspace. */
    selectedPython(): Promise<string | undefined>;
    /** The Python of the environment that this extension made. */
    managedPython(): string | undefined;
    /** What `--version` says, or why it says nothing. */
    version(command: string, args: readonly string[]): Promise<{ version: string } | { failure: string }>;
}

export async function locate(wishes: Wishes, world: World): Promise<Result> {
    const rejected: Rejected[] = [];
    for await (const launch of launches(wishes, world)) {
        if ('reason' in launch) {
            rejected.push(launch);
            continue;
        }
        const answer = await world.version(launch.command, launch.args);
        if ('failure' in answer) {
            rejected.push({ ...launch, reason: 'broken', detail: answer.failure });
        } else if (!supported(answer.version)) {
            rejected.push({ ...launch, reason: 'old', version: answer.version });
        } else {
            return { found: { ...launch, version: answer.version }, rejected };
        }
    }
    return { rejected };
}

async function* launches(wishes: Wishes, world: World): AsyncGenerator<Launch | Rejected> {
    const { path: file, interpreter } = wishes;
    if (file || interpreter) {
        // Who names a server wants that one and no other; a silent substitute would hide the mistake.
        yield file ? executable('path-setting', file, [], world) : executable('interpreter-setting', interpreter, MODULE, world);
        return;
    }
    const onPath = search('dmls', world);
    if (onPath !== undefined) {
        yield { origin: 'search-path', command: onPath, args: [] };
    }
    if (world.trusted) {
        // The selected Python is often one that lies in the workspace.
        const python = await world.selectedPython();
        if (python !== undefined) {
            yield { origin: 'selected-python', command: python, args: MODULE };
        }
    }
    const managed = world.managedPython();
    if (managed !== undefined) {
        yield { origin: 'managed', command: managed, args: MODULE };
    }
}

/** How a Python runs the server. */
export const MODULE: readonly string[] = ['-m', 'dmls'];

function executable(origin: Origin, setting: string, args: readonly string[], world: World): Launch | Rejected {
    const command = expand(setting.trim(), world);
    const plain = !command.includes('/') && !command.includes('\\');
    const file = plain ? search(command, world) : command;
    if (file === undefined || !world.isFile(file)) {
        return { origin, command, args, reason: 'absent' };
    }
    return { origin, command: file, args };
}

/** `setting` with `~`, `${userHome}`, `${workspaceFolder}` and `${env:NAME}` replaced. */
export function expand(setting: string, world: Pick<World, 'env' | 'home' | 'folders'>): string {
    return setting
        .replace(/^~(?=$|[\\/])/, () => world.home)
        .replace(/\$\{(userHome|workspaceFolder|env:([^}]*))\}/g, (whole, name: string, variable: string | undefined) => {
            if (variable !== undefined) {
                return world.env[variable] ?? '';
            }
            return name === 'userHome' ? world.home : world.folders[0] ?? whole;
        });
}

/** The file that a command name means, by `PATH`. */
export function search(name: string, world: World): string | undefined {
    const system = world.windows ? path.win32 : path.posix;
    const names = world.windows && !/\.exe$/i.test(name) ? [`${name}.exe`] : [name];
    const listed = Object.entries(world.env).find(([key]) => (world.windows ? key.toUpperCase() === 'PATH' : key === 'PATH'))?.[1] ?? '';
    for (const entry of listed.split(system.delimiter)) {
        // An empty or relative entry means the folder that happens to be current.
        const folder = entry.replace(/^"(.*)"$/, '$1');
        if (!system.isAbsolute(folder) || (!world.trusted && inside(folder, world, system))) {
            continue;
        }
        for (const candidate of names) {
            const file = system.join(folder, candidate);
            if (world.isFile(file)) {
                return file;
            }
        }
    }
    return undefined;
}

function inside(folder: string, world: World, system: path.PlatformPath): boolean {
    return world.folders.some((root) => {
        const way = system.relative(root, folder);
        return way === '' || (!way.startsWith('..') && !system.isAbsolute(way));
    });
}
