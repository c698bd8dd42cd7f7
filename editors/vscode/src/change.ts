/** The actions on a deployment: what each asks for, what it would do as a page, and, once the user has agreed, that done. */

import * as vscode from 'vscode';
import type { Pages } from './pages';
import type { Server } from './server';

/** The options of an action by their names on the command line, without dashes. */
type Options = Record<string, string | readonly string[] | true>;

/** What is asked before an action is tried; undefined where the user gave up. */
type Ask = () => Promise<Options | undefined>;

interface Action {
    /** The words of the command line. */
    readonly name: string;
    readonly ask: Ask;
    /** Whether it is only shown. */
    readonly shows?: true;
    /** Whether a folder is asked for that it is about, rather than the workspace. */
    readonly folder?: string;
}

/** What the server answers; its schema is that of `dmls … --format json`. */
interface Answer {
    readonly error?: string;
    readonly markdown?: string;
    readonly applied?: boolean;
    readonly change?: { readonly files: readonly { readonly file: string; readonly change: string }[] };
}

/** What a test or a key binding may say beforehand. */
interface Given {
    readonly options?: Options;
    readonly paths?: readonly string[];
    readonly apply?: boolean;
}

const nothing: Ask = async () => ({});

/** The commands of `commands.json` that are actions. */
export const ACTIONS = {
    planTls: { name: 'tls plan', ask: certificates, shows: true },
    enableTls: { name: 'tls enable', ask: certificates },
    disableTls: { name: 'tls disable', ask: nothing },
    newCertificates: { name: 'certs new', ask: nothing },
    renewCertificates: { name: 'certs renew', ask: authority },
    migrateKeys: { name: 'migrate keys', ask: version },
    migrateExport: { name: 'migrate export', ask: nothing },
    migratePasswords: { name: 'migrate passwords', ask: newKey },
    migrateV1: { name: 'migrate v1', ask: nothing, folder: vscode.l10n.t('The folder with the files of DM 1.0') },
    init: { name: 'init', ask: cluster, folder: vscode.l10n.t('The folder for the new configurations') },
} as const satisfies Record<string, Action>;

export class Changes {
    constructor(
        private readonly server: Server,
        private readonly pages: Pages,
    ) {}

    /** Ask, show what would be done, and do it once the user has agreed; resolves to the last answer. */
    async run(action: Action, given?: unknown): Promise<Answer | undefined> {
        const said = (typeof given === 'object' && given !== null ? given : {}) as Given;
        const options = said.options ?? (await action.ask());
        const paths = options && (said.paths ?? (action.folder === undefined ? [] : await folder(action.folder)));
        if (options === undefined || paths === undefined) {
            return undefined;
        }
        const argument = { action: action.name, options, paths };
        const plan = await this.ask(argument);
        if (plan?.markdown === undefined) {
            return plan;
        }
        await this.pages.showPage(action.name, plan.markdown);
        if (action.shows === true || plan.change?.files.length === 0 || !(said.apply ?? (await agreed(plan)))) {
            return plan;
        }
        const done = await this.ask({ ...argument, apply: true });
        if (done?.markdown !== undefined) {
            await this.pages.showPage(action.name, done.markdown);
        }
        return done;
    }

    private async ask(argument: unknown): Promise<Answer | undefined> {
        const answer = await this.server.ask<Answer>('dmls.change', argument, vscode.l10n.t('dmls: reading the deployment'));
        if (answer?.error !== undefined) {
            void vscode.window.showErrorMessage(`dmls: ${answer.error}`);
        }
        return answer ?? undefined;
    }
}

/** Let the user read the page before the decision: a notification does not stand in the way of it. */
async function agreed(plan: Answer): Promise<boolean> {
    const apply = vscode.l10n.t('Apply');
    const files = plan.change?.files ?? [];
    const edited = files.filter(({ change }) => change === 'edited').length;
    const text = vscode.l10n.t('dmls: {0} files would be edited and {1} created, as the page tells.', edited, files.length - edited);
    return (await vscode.window.showInformationMessage(text, apply, vscode.l10n.t('Cancel'))) === apply;
}

async function certificates(): Promise<Options | undefined> {
    const make = vscode.l10n.t('Make certificates');
    const take = vscode.l10n.t('Use the certificates of a folder…');
    const chosen = await vscode.window.showQuickPick([make, take], { placeHolder: vscode.l10n.t('Where do the certificates come from?') });
    if (chosen === take) {
        const found = await folder(vscode.l10n.t('The folder with the CA, the certificates and the keys'));
        return found && { certs: vscode.Uri.parse(found[0]!).fsPath };
    }
    return chosen === make ? {} : undefined;
}

async function authority(): Promise<Options | undefined> {
    const same = vscode.l10n.t('The one that signed them, with its key beside it');
    const other = vscode.l10n.t('Choose its files…');
    const chosen = await vscode.window.showQuickPick([same, other], { placeHolder: vscode.l10n.t('Which CA signs?') });
    if (chosen !== other) {
        return chosen === same ? {} : undefined;
    }
    const ca = await fileOf(vscode.l10n.t('The certificate of the CA'));
    const key = ca && (await fileOf(vscode.l10n.t('The private key of the CA')));
    return ca && key ? { ca, 'ca-key': key } : undefined;
}

async function version(): Promise<Options | undefined> {
    const found = await vscode.window.showInputBox({ prompt: vscode.l10n.t('The version of DM that the files are for'), placeHolder: vscode.l10n.t('the newest') });
    return found === undefined ? undefined : found === '' ? {} : { to: found };
}

async function newKey(): Promise<Options | undefined> {
    const make = vscode.l10n.t('Make a key…');
    const take = vscode.l10n.t('Use the key in a file…');
    const chosen = await vscode.window.showQuickPick([make, take], { placeHolder: vscode.l10n.t('Where does the new secret key come from?') });
    const title = vscode.l10n.t('The file with the new secret key (secret-key-path)');
    if (chosen === make) {
        const saved = (await vscode.window.showSaveDialog({ title }))?.fsPath;
        return saved === undefined ? undefined : { 'new-key': saved, 'make-key': true };
    }
    const found = chosen === take ? await fileOf(title) : undefined;
    return found === undefined ? undefined : { 'new-key': found };
}

/** What a new deployment consists of. */
async function cluster(): Promise<Options | undefined> {
    const questions = [
        ['masters', vscode.l10n.t('Hosts of the DM-masters, with commas'), '127.0.0.1'],
        ['workers', vscode.l10n.t('Hosts of the DM-workers, with commas'), '127.0.0.1'],
        ['source', vscode.l10n.t('The upstream: ID=HOST:PORT'), 'mysql-01=127.0.0.1:3306'],
        ['target', vscode.l10n.t('The downstream TiDB: HOST:PORT'), '127.0.0.1:4000'],
        ['task', vscode.l10n.t('The name of the task'), 'task-01'],
    ] as const;
    const options: Options = {};
    for (const [name, prompt, value] of questions) {
        const answer = await vscode.window.showInputBox({ prompt, value, ignoreFocusOut: true });
        if (answer === undefined) {
            return undefined;
        }
        options[name] = name === 'source' ? answer.split(/\s*,\s*/) : answer;
    }
    return options;
}

async function folder(title: string): Promise<readonly string[] | undefined> {
    const found = await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, title, openLabel: vscode.l10n.t('Choose') });
    return found?.map(String);
}

async function fileOf(title: string): Promise<string | undefined> {
    return (await vscode.window.showOpenDialog({ title, openLabel: vscode.l10n.t('Choose') }))?.[0]?.fsPath;
}
