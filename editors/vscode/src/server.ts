/** The life of the server: found, installed with consent, started, restarted, stopped; one thing at a time. */

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { State, type LanguageClient } from 'vscode-languageclient/node';
import { createClient } from './client';
import type { Neighbours } from './neighbours';
import type { Pages } from './pages';
import { selectedPython } from './python';
import { fits, pythonIn, pythons, steps } from './server/install';
import { locate, type Found, type Rejected, type Result } from './server/locate';
import { run, type Done } from './server/run';
import { MINIMUM, PYTHON_MINIMUM, versionIn } from './server/version';
import { forServer } from './settings';
import { where, type Status } from './status';

const WINDOWS = process.platform === 'win32';
/** Milliseconds that a program may take to tell its version; the first start of a fresh Python on a busy machine takes seconds. */
const VERSION_TIMEOUT = 30_000;
const MANAGED = 'managed';
const DECLINED = 'declined';

export class Server implements vscode.Disposable {
    client: LanguageClient | undefined;
    found: Found | undefined;
    /** What the last search passed over. */
    rejected: readonly Rejected[] = [];
    private queue: Promise<void> = Promise.resolve();
    private waiting = false;
    private asked = false;

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly log: vscode.LogOutputChannel,
        private readonly status: Status,
        private readonly pages: Pages,
        private readonly neighbours: Neighbours,
    ) {}

    /** A folder outside every workspace, for programs to be started in. */
    get cwd(): string {
        const folder = this.context.globalStorageUri.fsPath;
        mkdirSync(folder, { recursive: true });
        return folder;
    }

    /** Stop the server where it runs and start it anew; requests that come while one waits are one. */
    restart(): Promise<void> {
        if (this.waiting) {
            return this.queue;
        }
        this.waiting = true;
        return this.enqueue(async () => {
            this.waiting = false;
            await this.stop();
            await this.start();
        });
    }

    private enqueue(what: () => Promise<void>): Promise<void> {
        this.queue = this.queue.then(what).catch((error: unknown) => {
            this.log.error(error instanceof Error ? error : String(error));
            this.show('failed');
        });
        return this.queue;
    }

    private show(kind: 'absent' | 'failed' | 'stopped' | 'looking' | 'installing'): void {
        this.status.show({ kind });
        this.neighbours.serverRuns(false);
    }

    private async start(): Promise<void> {
        this.show('looking');
        const { found, rejected } = await this.locate();
        this.found = found;
        this.rejected = rejected;
        for (const one of rejected) {
            this.log.warn(`Passed over ${[one.command, ...one.args].join(' ')} (${one.origin}): ${reason(one)}`);
        }
        if (found === undefined) {
            this.show('absent');
            void this.askToInstall(rejected);
            return;
        }
        this.log.info(`Server ${found.version} (${found.origin}): ${[found.command, ...found.args].join(' ')}`);
        this.status.show({ kind: 'starting', server: found });
        const client = createClient(found, {
            log: this.log,
            pages: this.pages,
            neighbours: this.neighbours,
            cwd: this.cwd,
            section,
        });
        this.client = client;
        client.onDidChangeState(({ newState }) => {
            if (this.client !== client) {
                return;
            }
            if (newState === State.Running) {
                this.neighbours.serverRuns(true);
                this.status.show({ kind: 'running', server: found });
            } else if (newState === State.Starting) {
                this.status.show({ kind: 'starting', server: found });
            } else {
                this.show(newState === State.StartFailed ? 'failed' : 'stopped');
            }
        });
        try {
            await client.start();
        } catch (error) {
            this.log.error(error instanceof Error ? error : String(error));
            this.show('failed');
            void this.tellFailure();
        }
        this.offerUpdate(found);
    }

    private async stop(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        if (client !== undefined) {
            try {
                // `dispose` stops it too, and takes back what it has registered.
                await client.dispose(5000);
            } catch (error) {
                this.log.warn(`The server did not stop in order: ${String(error)}`);
            }
        }
    }

    private locate(): Promise<Result> {
        const settings = vscode.workspace.getConfiguration('dmls');
        return locate(
            { path: settings.get('path', ''), interpreter: settings.get('interpreter', '') },
            {
                windows: WINDOWS,
                env: process.env,
                home: homedir(),
                folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
                trusted: vscode.workspace.isTrusted,
                isFile,
                selectedPython: () => selectedPython(this.log),
                managedPython: () => this.managed()?.python,
                version: async (command, args) => {
                    const done = await this.run(command, [...args, '--version'], { timeout: VERSION_TIMEOUT });
                    const version = done.status === 0 ? versionIn(done.stdout) : undefined;
                    return version === undefined ? { failure: failure(done) } : { version };
                },
            },
        );
    }

    run(command: string, args: readonly string[], options: { timeout?: number; signal?: AbortSignal; output?: (text: string) => void } = {}): Promise<Done> {
        return run(command, args, { cwd: this.cwd, ...options });
    }

    /** Run another command of the server's program. */
    async dmls(args: readonly string[], timeout = 120_000): Promise<Done | undefined> {
        const { found } = this;
        return found === undefined ? undefined : this.run(found.command, [...found.args, ...args], { timeout });
    }

    /** What a command of the running server answers; undefined where none runs, null where it knows nothing.  `title` tells what goes on meanwhile. */
    async ask<Answer>(command: string, argument: unknown, title?: string): Promise<Answer | null | undefined> {
        const { client } = this;
        const params = { command, arguments: [argument] };
        if (client === undefined || title === undefined) {
            return client?.sendRequest<Answer | null>('workspace/executeCommand', params);
        }
        return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, (_, token) =>
            client.sendRequest<Answer | null>('workspace/executeCommand', params, token),
        );
    }

    /** What a rule means, in Markdown. */
    async explain(rule: string): Promise<string | undefined> {
        return (await this.ask<{ markdown: string }>('dmls.explain', rule))?.markdown;
    }

    // --- installing ---

    /** The environment that this extension has made, as far as it is there. */
    private managed(): { readonly folder: string; readonly python: string; readonly version: string } | undefined {
        const known = this.context.globalState.get<{ folder: string; version: string }>(MANAGED);
        if (known === undefined) {
            return undefined;
        }
        const python = pythonIn(known.folder, WINDOWS);
        return isFile(python) ? { ...known, python } : undefined;
    }

    /** The wheel that ships with the extension. */
    private wheel(): { readonly file: string; readonly version: string } | undefined {
        const folder = this.context.asAbsolutePath('wheels');
        for (const name of existsSync(folder) ? readdirSync(folder) : []) {
            const version = /^dmls-([^-]+)-.*\.whl$/.exec(name)?.[1];
            if (version !== undefined) {
                return { file: path.join(folder, name), version };
            }
        }
        return undefined;
    }

    private async askToInstall(rejected: readonly Rejected[]): Promise<void> {
        const install = vscode.l10n.t('Install');
        const choose = vscode.l10n.t('Choose a Server…');
        const never = vscode.l10n.t("Don't Ask Again");
        const named = rejected.find(({ origin }) => origin === 'path-setting' || origin === 'interpreter-setting');
        if (named !== undefined) {
            const answer = await vscode.window.showErrorMessage(
                vscode.l10n.t('dmls: the server that the settings name cannot be used: {0}', `${named.command}: ${reason(named)}`),
                vscode.l10n.t('Open Settings'),
            );
            if (answer !== undefined) {
                await openSettings(named.origin === 'path-setting' ? 'dmls.path' : 'dmls.interpreter');
            }
            return;
        }
        if (!vscode.workspace.isTrusted || this.asked || this.context.globalState.get(DECLINED) === true) {
            return;
        }
        this.asked = true;
        const old = rejected.find((one) => one.reason === 'old');
        const answer = await vscode.window.showInformationMessage(
            old === undefined
                ? vscode.l10n.t(
                      'dmls needs its server, a Python program, and found none. Install it into a Python environment of its own? Its libraries are downloaded from your package index.',
                  )
                : vscode.l10n.t('dmls found only a server of version {0} and needs {1}. Install a newer one into a Python environment of its own?', old.version ?? '', MINIMUM),
            install,
            choose,
            never,
        );
        if (answer === install) {
            await this.install();
        } else if (answer === choose) {
            await openSettings('dmls.path');
        } else if (answer === never) {
            await this.context.globalState.update(DECLINED, true);
        }
    }

    /** A server that we installed is replaced when a newer one ships with the extension, if the user likes. */
    private offerUpdate(found: Found): void {
        const wheel = this.wheel();
        if (found.origin !== 'managed' || wheel === undefined || wheel.version === this.managed()?.version || this.asked) {
            return;
        }
        this.asked = true;
        const update = vscode.l10n.t('Update');
        void vscode.window
            .showInformationMessage(vscode.l10n.t('dmls: server {0} ships with this extension, {1} is installed.', wheel.version, found.version), update)
            .then((answer) => (answer === update ? this.install() : undefined));
    }

    /** Make a new environment with the server in it, and use it; the one before stays in use until then. */
    async install(): Promise<void> {
        if (!vscode.workspace.isTrusted) {
            void vscode.window.showWarningMessage(vscode.l10n.t('dmls: nothing is installed while the workspace is not trusted.'));
            return;
        }
        await this.context.globalState.update(DECLINED, undefined);
        const before = this.status.state;
        this.status.show({ kind: 'installing' });
        const trouble = await vscode.window.withProgress(
            { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('dmls: installing the server'), cancellable: true },
            (progress, token) => this.makeEnvironment((message) => progress.report({ message }), token),
        );
        if (trouble === undefined) {
            await this.restart();
            if (this.found !== undefined && this.found.origin !== 'managed') {
                void vscode.window.showInformationMessage(vscode.l10n.t('dmls: the server is installed, but another one goes first: {0}.', where(this.found)));
            }
            return;
        }
        this.status.show(before);
        this.log.error(`Installation failed: ${trouble}`);
        if (trouble === CANCELLED) {
            return;
        }
        const logs = vscode.l10n.t('Show Logs');
        const settings = vscode.l10n.t('Open Settings');
        const answer = await vscode.window.showErrorMessage(vscode.l10n.t('dmls: the server could not be installed: {0}', trouble), logs, settings);
        if (answer === logs) {
            this.log.show();
        } else if (answer === settings) {
            await openSettings('dmls.install.from');
        }
    }

    /** Why there is no environment; undefined where there is one now. */
    private async makeEnvironment(report: (message: string) => void, token: vscode.CancellationToken): Promise<string | undefined> {
        const abort = new AbortController();
        const cancelled = token.onCancellationRequested(() => abort.abort());
        const output = (text: string): void => this.log.info(text.trimEnd());
        const folder = path.join(this.cwd, `server-${Date.now().toString(36)}`);
        try {
            report(vscode.l10n.t('looking for Python'));
            const python = await this.basePython();
            if (python === undefined) {
                return vscode.l10n.t('there is no Python {0} or later; install one, or name a server in the setting dmls.path', PYTHON_MINIMUM);
            }
            const wheel = this.wheel();
            const from = vscode.workspace.getConfiguration('dmls').get('install.from', '');
            let version = '';
            for (const step of steps(python, folder, { wheel: wheel?.file, from, isFolder }, WINDOWS)) {
                report({ environment: vscode.l10n.t('making an environment'), packages: vscode.l10n.t('installing packages'), check: vscode.l10n.t('trying it') }[step.what]);
                this.log.info(`> ${[step.command, ...step.args].join(' ')}`);
                const done = await this.run(step.command, step.args, { signal: abort.signal, output });
                if (token.isCancellationRequested) {
                    return await this.undo(folder, CANCELLED);
                }
                if (done.status !== 0) {
                    const bare = step.what === 'environment' && /ensurepip|No module named venv/.test(done.stdout + done.stderr);
                    return await this.undo(
                        folder,
                        bare ? vscode.l10n.t('this Python cannot make environments; on Debian and Ubuntu install the package python3-venv') : failure(done),
                    );
                }
                version = versionIn(done.stdout) ?? version;
            }
            const before = this.context.globalState.get<{ folder: string }>(MANAGED)?.folder;
            await this.context.globalState.update(MANAGED, { folder, version });
            if (before !== undefined && before !== folder) {
                await this.stop();
                await remove(before);
            }
            return undefined;
        } finally {
            cancelled.dispose();
        }
    }

    private async undo(folder: string, trouble: string): Promise<string> {
        await remove(folder);
        return trouble;
    }

    private async basePython(): Promise<readonly string[] | undefined> {
        for (const command of pythons(await selectedPython(this.log), WINDOWS)) {
            const [program, ...args] = command as [string, ...string[]];
            const done = await this.run(program, [...args, '--version'], { timeout: VERSION_TIMEOUT });
            if (done.status === 0 && fits(done.stdout)) {
                return command;
            }
            this.log.info(`No Python for the server: ${command.join(' ')}: ${done.stdout.trim() || failure(done)}`);
        }
        return undefined;
    }

    private async tellFailure(): Promise<void> {
        const logs = vscode.l10n.t('Show Logs');
        if ((await vscode.window.showErrorMessage(vscode.l10n.t('dmls: the server does not start.'), logs)) === logs) {
            this.log.show();
        }
    }

    async shutDown(): Promise<void> {
        await this.queue;
        await this.stop();
    }

    dispose(): void {
        void this.stop();
    }
}

const CANCELLED = 'cancelled';

/** The section `dmls` for the server, as the window has it now. */
export function section(): Record<string, unknown> {
    const settings = vscode.workspace.getConfiguration('dmls');
    return forServer((name) => settings.get(name), vscode.env.language);
}

function isFile(file: string): boolean {
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(file: string): boolean {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function remove(folder: string): Promise<void> {
    // What a running server still holds open on Windows stays behind.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

async function openSettings(name: string): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.openSettings', name);
}

/** Why a program did not do what it should: the last line it printed, or why it did not run. */
function failure(done: Done): string {
    const lines = (done.stderr.trim() || done.stdout.trim()).split(/\r?\n/).filter((line) => line.trim() !== '');
    return done.failure ?? lines.at(-1)?.trim() ?? `exit status ${done.status}`;
}

function reason(one: Rejected): string {
    switch (one.reason) {
        case 'absent':
            return vscode.l10n.t('there is no such file');
        case 'old':
            return vscode.l10n.t('version {0} is too old, {1} is needed', one.version ?? '', MINIMUM);
        case 'broken':
            return vscode.l10n.t('it does not tell its version: {0}', one.detail ?? '');
    }
}
