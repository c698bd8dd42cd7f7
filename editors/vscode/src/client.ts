/** The language client: how the server is started, and what is done on this side of the wire. */

import * as vscode from 'vscode';
import {
    LanguageClient,
    RevealOutputChannelOn,
    TransportKind,
    type ConfigurationParams,
    type ConfigurationRequest,
    type LanguageClientOptions,
    type Middleware,
} from 'vscode-languageclient/node';
import { collections } from './findings';
import type { Neighbours } from './neighbours';
import type { Pages } from './pages';
import type { Found } from './server/locate';
import { SAFE } from './server/run';

/**
 * The documents that go to the server: by pattern, since VS Code has no TOML of its own; the server knows which of them are DM's and is silent
 * about all others: also of scripts and units, where nearly none starts a program of DM.  Certificate files have lenses.
 */
export const SELECTOR = [
    { scheme: 'file', pattern: '**/*.{toml,yaml,yml}' },
    { scheme: 'untitled', language: 'yaml' },
    { scheme: 'untitled', language: 'toml' },
    { scheme: 'file', pattern: '**/*.{sh,bash,service}' },
    { scheme: 'file', language: 'shellscript' },
    { scheme: 'file', pattern: '**/*.{pem,crt,cer,cert,key,csr}' },
];
/** The documents that the state of the server is shown for. */
export const CONFIGURATIONS = SELECTOR.slice(0, 3);

const SECTION = 'dmls';

export interface Surroundings {
    readonly log: vscode.LogOutputChannel;
    readonly pages: Pages;
    readonly neighbours: Neighbours;
    /** A folder that is the current one of the server: none of the workspace. */
    readonly cwd: string;
    /** The section `dmls` for the server. */
    section(): Record<string, unknown>;
}

export function createClient(server: Found, around: Surroundings): LanguageClient {
    const { command } = server;
    const args = [...server.args, 'serve'];
    const options: LanguageClientOptions = {
        documentSelector: SELECTOR,
        outputChannel: around.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: () => ({
            ...around.section(),
            workspaceTrusted: vscode.workspace.isTrusted,
            presents: ['copy', 'explain'],
        }),
        diagnosticPullOptions: { onChange: true, onSave: true },
        diagnosticCollectionProvider: collections((uri) => around.neighbours.marked(uri)),
        markdown: { isTrusted: false, supportHtml: false },
        middleware: middleware(around),
    };
    const executable = { command, args, transport: TransportKind.stdio, options: { cwd: around.cwd, env: { ...process.env, ...SAFE } } };
    return new LanguageClient(SECTION, 'dmls', executable, options);
}

function middleware(around: Surroundings): Middleware {
    return {
        workspace: {
            configuration: (params: ConfigurationParams, token, next: ConfigurationRequest.HandlerSignature) =>
                params.items.every((item) => item.section === SECTION) ? params.items.map(() => around.section()) : next(params, token),
        },
        async executeCommand(command: string, args: unknown[], next): Promise<unknown> {
            const result: unknown = await next(command, args);
            await present(command, result, around.pages);
            return result;
        },
        provideDocumentSymbols: (document, token, next) => (around.neighbours.outline(document) ? [] : next(document, token)),
    };
}

/** Show what a command of the server has brought, as was promised with `presents`. */
async function present(command: string, result: unknown, pages: Pages): Promise<void> {
    if (command === 'dmls.copy' && holds(result, 'text')) {
        await vscode.env.clipboard.writeText(result.text);
        void vscode.window.showInformationMessage(vscode.l10n.t('Copied: {0}', result.text));
    } else if (command === 'dmls.explain' && holds(result, 'rule')) {
        await pages.showRule(result.rule);
    }
}

function holds<Name extends string>(value: unknown, name: Name): value is Record<Name, string> {
    return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'string';
}
