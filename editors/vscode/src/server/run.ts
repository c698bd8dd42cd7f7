/** Programs that run to their end, and what they print. */

import { execFile, type ChildProcess } from 'node:child_process';

export interface Done {
    /** The exit status; null where the program could not be started or was stopped. */
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Why there is no exit status. */
    readonly failure?: string;
}

export interface Options {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly timeout?: number;
    /** Stops the program. */
    readonly signal?: AbortSignal;
    /** Gets what is printed, as it comes. */
    readonly output?: (text: string) => void;
}

export function run(command: string, args: readonly string[], options: Options): Promise<Done> {
    return new Promise((resolve) => {
        const child: ChildProcess = execFile(
            command,
            [...args],
            {
                cwd: options.cwd,
                env: { ...process.env, ...SAFE, ...options.env },
                timeout: options.timeout ?? 0,
                maxBuffer: 64 << 20,
                windowsHide: true,
                encoding: 'utf8',
                ...(options.signal === undefined ? {} : { signal: options.signal }),
            },
            (error, stdout, stderr) => {
                const code = error?.code as unknown;
                if (error !== null && typeof code !== 'number') {
                    const late = child.killed && options.signal?.aborted !== true;
                    resolve({ status: null, stdout, stderr, failure: late ? 'timeout' : error.message });
                } else {
                    resolve({ status: typeof code === 'number' ? code : 0, stdout, stderr });
                }
            },
        );
        if (options.output !== undefined) {
            child.stdout?.on('data', options.output);
            child.stderr?.on('data', options.output);
        }
    });
}

/**
 * The environment of every Python we start.  `python -m` looks into the current folder first, where files of the workspace could pose as
 * modules; `PYTHONSAFEPATH` forbids that from Python 3.11 on, and a current folder outside the workspace does for all.
 */
export const SAFE: Readonly<Record<string, string>> = { PYTHONSAFEPATH: '1', PYTHONUTF8: '1', PYTHONIOENCODING: 'utf-8' };
