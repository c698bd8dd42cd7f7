/** What the commands of `commands.json` do; from there come their names and texts in the palette and in the readmes, by `npm run generate`. */

import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ACTIONS, Changes } from './change';
import type TABLE from './commands.json';
import { EffectiveValues } from './effective';
import { ruleOf } from './findings';
import { TlsMap } from './map';
import type { Pages } from './pages';
import type { Server } from './server';
import { where, type Status } from './status';

const FIX_ALL = 'source.fixAll.dmls';
/** Extensions that look at the same files. */
const OTHERS = ['redhat.vscode-yaml', 'tamasfe.even-better-toml', 'tombi-toml.tombi', 'ms-python.python'];

export function registerCommands(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, server: Server, status: Status, pages: Pages): void {
    const effective = new EffectiveValues(server);
    context.subscriptions.push(effective);
    const map = new TlsMap(server);
    const changes = new Changes(server, pages);
    context.subscriptions.push(map);
    const act = (name: keyof typeof ACTIONS) => (given?: unknown) => changes.run(ACTIONS[name], given);
    const commands: Record<keyof typeof TABLE, (...args: never[]) => unknown> = {
        restart: () => server.restart(),
        install: () => server.install(),
        showLogs: () => log.show(),
        checkWorkspace: () => checkWorkspace(server),
        fixAll,
        explainRule: (rule?: unknown) => explainRule(server, rule),
        showEffective: () => effective.show(),
        showMap: () => map.show(),
        planTls: act('planTls'),
        enableTls: act('enableTls'),
        disableTls: act('disableTls'),
        newCertificates: act('newCertificates'),
        renewCertificates: act('renewCertificates'),
        migrateKeys: act('migrateKeys'),
        migrateExport: act('migrateExport'),
        migratePasswords: act('migratePasswords'),
        migrateV1: act('migrateV1'),
        init: act('init'),
        doctor: () => doctor(context, server, status, pages),
        demo: () => demo(context, server),
    };
    for (const [name, command] of Object.entries(commands)) {
        context.subscriptions.push(vscode.commands.registerCommand(`dmls.${name}`, command));
    }
}

/** What of a workspace report is counted. */
interface Report {
    readonly items: readonly { readonly items?: readonly { readonly severity?: number }[] }[];
}

/** Check all files of the workspace; resolves to what was found. */
async function checkWorkspace(server: Server): Promise<{ files: number; errors: number; warnings: number; others: number } | undefined> {
    const { client } = server;
    if (client === undefined) {
        return undefined;
    }
    const report = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('dmls: checking the workspace') },
        (_, token) => client.sendRequest<Report>('workspace/diagnostic', { previousResultIds: [] }, token),
    );
    const found = report.items.flatMap((file) => file.items ?? []);
    const count = (severity: number): number => found.filter((finding) => (finding.severity ?? 1) === severity).length;
    const [errors, warnings] = [count(1), count(2)];
    const result = { files: report.items.length, errors, warnings, others: found.length - errors - warnings };
    if (result.files === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('dmls: there are no DM configuration files in this workspace.'));
    } else if (found.length === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('dmls: {0} DM files, no problems.', result.files));
    } else {
        await vscode.commands.executeCommand('workbench.actions.view.problems');
        void vscode.window.showInformationMessage(vscode.l10n.t('dmls: {0} DM files: {1} errors, {2} warnings, {3} hints.', result.files, errors, warnings, result.others));
    }
    return result;
}

/** Apply the safe fixes of the file that is being edited. */
async function fixAll(): Promise<void> {
    await vscode.commands.executeCommand('editor.action.codeAction', { kind: FIX_ALL, apply: 'first' });
}

interface Rule {
    readonly name: string;
    readonly title: string;
}

/** Explain a rule; without a name the user chooses, those of the findings at the cursor first. */
async function explainRule(server: Server, wanted: unknown): Promise<void> {
    const rule = typeof wanted === 'string' ? wanted : await chooseRule(server);
    if (rule !== undefined && server.client !== undefined) {
        // Through the middleware, which shows the answer.
        const answer = await vscode.commands.executeCommand<unknown>('dmls.explain', rule);
        if (answer === null || answer === undefined) {
            void vscode.window.showWarningMessage(vscode.l10n.t('dmls: there is no rule {0}.', rule));
        }
    }
}

async function chooseRule(server: Server): Promise<string | undefined> {
    const here = rulesAtCursor();
    const done = await server.dmls(['rules', '--format', 'json', '--lang', language()]);
    const rules = done?.status === 0 ? (JSON.parse(done.stdout) as { rules: Rule[] }).rules : [];
    const items = rules
        .map(({ name, title }) => ({ label: name, description: title, ...(here.has(name) ? { detail: vscode.l10n.t('found at the cursor') } : {}) }))
        .sort((a, b) => Number(here.has(b.label)) - Number(here.has(a.label)));
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which rule?'), matchOnDescription: true });
    return chosen?.label;
}

/** The rules of the findings in the lines that are selected. */
function rulesAtCursor(): Set<string> {
    const found = new Set<string>();
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
        return found;
    }
    const { start, end } = editor.selection;
    for (const diagnostic of vscode.languages.getDiagnostics(editor.document.uri)) {
        const { source, range } = diagnostic;
        if (source === 'dmls' && range.start.line <= end.line && start.line <= range.end.line) {
            found.add(ruleOf(diagnostic));
        }
    }
    return found;
}

/** Show what a bug report needs: versions, settings, neighbours, and how the server sees the files. */
async function doctor(context: vscode.ExtensionContext, server: Server, status: Status, pages: Pages): Promise<void> {
    const extension = context.extension.packageJSON as { version: string };
    const { found, rejected } = server;
    const lines = [
        vscode.l10n.t('Extension'),
        `  dmls ${extension.version}, ${vscode.env.appName} ${vscode.version}, ${process.platform} ${process.arch}, ${vscode.env.language}`,
        `  ${vscode.l10n.t('workspace trusted')}: ${vscode.workspace.isTrusted}`,
        `  ${vscode.l10n.t('server')}: ${status.state.kind}${found === undefined ? '' : `, ${found.version}, ${where(found)}: ${[found.command, ...found.args].join(' ')}`}`,
        ...rejected.map((one) => `  ${vscode.l10n.t('passed over')}: ${[one.command, ...one.args].join(' ')}: ${one.reason}${one.detail ? ` (${one.detail})` : ''}`),
        vscode.l10n.t('Other extensions'),
        ...OTHERS.map((id) => [id, vscode.extensions.getExtension(id)] as const)
            .filter(([, other]) => other !== undefined)
            .map(([id, other]) => `  ${id} ${(other!.packageJSON as { version?: string }).version ?? ''}`),
    ];
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
    const active = vscode.window.activeTextEditor?.document.uri;
    const paths = folders.length > 0 || active?.scheme !== 'file' ? folders : [active.fsPath];
    const done = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'dmls doctor' }, () =>
        paths.length > 0 ? server.dmls(['doctor', '--lang', language(), ...paths]) : server.dmls(['--version']),
    );
    if (done !== undefined) {
        lines.push(done.stdout.trimEnd(), ...(done.status === 0 ? [] : [done.stderr.trimEnd()]));
    }
    await pages.showText('dmls doctor', lines.join('\n') + '\n');
}

/** Write a deployment with typical mistakes into the editor's storage and open it in a new window. */
async function demo(context: vscode.ExtensionContext, server: Server): Promise<vscode.Uri | undefined> {
    if (server.found === undefined) {
        // Looks again, and asks whether one may be installed.
        await server.restart();
        if (server.found === undefined) {
            return undefined;
        }
    }
    const folder = path.join(context.globalStorageUri.fsPath, `demo-${Date.now().toString(36)}`);
    mkdirSync(folder, { recursive: true });
    const done = await server.dmls(['demo', '--keep', folder, '--lang', language()]);
    if (done?.status !== 0 && done?.status !== 1) {
        void vscode.window.showErrorMessage(vscode.l10n.t('dmls: the demo deployment could not be written: {0}', done?.stderr.trim() ?? ''));
        return undefined;
    }
    const uri = vscode.Uri.file(folder);
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
    return uri;
}

/** The language that the server's program is asked to speak. */
export function language(): 'en' | 'zh' {
    const set = vscode.workspace.getConfiguration('dmls').get('language', 'auto');
    const wanted = set === 'auto' ? vscode.env.language : set;
    return wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
