/** Where the editor starts and ends this extension. */

import * as vscode from 'vscode';
import { CONFIGURATIONS } from './client';
import { language, registerCommands } from './commands';
import { Neighbours } from './neighbours';
import { Pages } from './pages';
import { watchPython } from './python';
import { section, Server } from './server';
import type { SchemaRules } from './settings';
import { Status } from './status';

/** The settings that decide which server runs. */
const RESTARTING = ['dmls.path', 'dmls.interpreter'];

let server: Server | undefined;

/** What the extension's own tests look at. */
export interface Api {
    /** The state that the language status shows. */
    state(): string;
    /** What the server gets as its section of the settings. */
    section(): Record<string, unknown>;
}

export function activate(context: vscode.ExtensionContext): Api {
    const log = vscode.window.createOutputChannel('dmls', { log: true });
    const status = new Status(CONFIGURATIONS);
    const pages = new Pages((rule) => running.explain(rule));
    const rules = (): SchemaRules => vscode.workspace.getConfiguration('dmls').get<SchemaRules>('schemaRules', 'auto');
    const neighbours = new Neighbours(log, vscode.Uri.joinPath(context.extensionUri, 'dist', 'schemas'), rules, language);
    const running: Server = new Server(context, log, status, pages, neighbours);
    server = running;
    context.subscriptions.push(log, status, pages, running);
    registerCommands(context, log, running, status, pages);
    context.subscriptions.push(
        vscode.workspace.onDidChangeConfiguration((event) => {
            if (RESTARTING.some((name) => event.affectsConfiguration(name))) {
                void running.restart();
            }
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
        vscode.extensions.onDidChange(() => neighbours.offer()),
    );
    void neighbours.offer();
    void running.restart();
    void watchPython(log, () => {
        // Another Python matters only to a server that was found in one, or not at all.
        if (running.found === undefined || running.found.origin === 'selected-python') {
            void running.restart();
        }
    }).then((watch) => watch && context.subscriptions.push(watch));
    return { state: () => status.state.kind, section };
}

export async function deactivate(): Promise<void> {
    await server?.shutDown();
    server = undefined;
}
