/** The environment that this extension makes for the server: a virtual one of its own, in the editor's storage. */

import * as path from 'node:path';
import { MODULE } from './locate';
import { compare, PYTHON_MINIMUM, versionIn } from './version';

/** What installs come from. */
export interface Source {
    /** The wheel of dmls that ships with the extension. */
    readonly wheel: string | undefined;
    /** A folder of wheels, a wheel or a requirement that the user gives; empty: what ships with the extension. */
    readonly from: string;
    isFolder(file: string): boolean;
}

/** One program to run. */
export interface Step {
    readonly what: 'environment' | 'packages' | 'check';
    readonly command: string;
    readonly args: readonly string[];
}

/** The Python of a virtual environment. */
export function pythonIn(folder: string, windows: boolean): string {
    return windows ? path.win32.join(folder, 'Scripts', 'python.exe') : path.posix.join(folder, 'bin', 'python');
}

/** The steps that make a working server in `folder`. */
export function steps(python: readonly string[], folder: string, source: Source, windows: boolean): Step[] {
    const [command, ...args] = python as [string, ...string[]];
    const inside = pythonIn(folder, windows);
    return [
        { what: 'environment', command, args: [...args, '-m', 'venv', folder] },
        { what: 'packages', command: inside, args: ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...requirement(source)] },
        { what: 'check', command: inside, args: [...MODULE, '--version'] },
    ];
}

/** What pip is told to install. */
export function requirement(source: Source): string[] {
    const from = source.from.trim();
    if (from === '') {
        // The wheel itself, not its name: what is installed is what was shipped, and only its libraries come from the index.
        return [source.wheel ?? 'dmls'];
    }
    if (source.isFolder(from)) {
        return ['--no-index', '--find-links', from, source.wheel ?? 'dmls'];
    }
    return [from];
}

/** The commands that may be a Python, most likely one first. */
export function pythons(selected: string | undefined, windows: boolean): string[][] {
    const common = windows ? [['py', '-3'], ['python']] : [['python3'], ['python']];
    return selected === undefined ? common : [[selected], ...common];
}

/** Whether what `--version` printed is a Python that the server runs on. */
export function fits(output: string): boolean {
    const version = versionIn(output);
    return version !== undefined && compare(version, PYTHON_MINIMUM) >= 0;
}
