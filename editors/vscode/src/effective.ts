/** What DM works with in a file: a document beside it that cannot be edited and follows what is typed. */

import * as vscode from 'vscode';
import type { Server } from './server';

const SCHEME = 'dmls-effective';
/** Milliseconds after the last key before the document is made anew. */
const PAUSE = 300;

interface Answer {
    readonly text?: string;
    readonly refused?: string;
}

export class EffectiveValues implements vscode.TextDocumentContentProvider, vscode.Disposable {
    private readonly changed = new vscode.EventEmitter<vscode.Uri>();
    readonly onDidChange = this.changed.event;
    private readonly waiting = new Map<string, NodeJS.Timeout>();
    private readonly registrations: readonly vscode.Disposable[];

    constructor(private readonly server: Server) {
        this.registrations = [
            vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
            vscode.workspace.onDidChangeTextDocument(({ document }) => this.typed(document.uri)),
        ];
    }

    /** Show the values of the file that is being edited; resolves to their text. */
    async show(): Promise<string | undefined> {
        const edited = vscode.window.activeTextEditor?.document;
        if (edited === undefined || edited.uri.scheme === SCHEME) {
            return undefined;
        }
        const source = edited.uri;
        const answer = await this.server.ask<Answer>('dmls.effective', { uri: source.toString() }, vscode.l10n.t('dmls: computing what DM works with'));
        if (answer?.refused !== undefined) {
            void vscode.window.showWarningMessage(`dmls: ${answer.refused}`);
        }
        if (answer?.text === undefined) {
            return undefined;
        }
        const uri = pageOf(source);
        this.changed.fire(uri);
        const document = await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(uri), edited.languageId);
        await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
        return answer.text;
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        const answer = await this.server.ask<Answer>('dmls.effective', { uri: uri.query });
        return answer?.text ?? `# ${answer?.refused ?? ''}\n`;
    }

    private typed(source: vscode.Uri): void {
        const uri = pageOf(source);
        const name = uri.toString();
        if (source.scheme === SCHEME || !vscode.workspace.textDocuments.some((document) => document.uri.toString() === name)) {
            return;
        }
        clearTimeout(this.waiting.get(name));
        this.waiting.set(
            name,
            setTimeout(() => {
                this.waiting.delete(name);
                this.changed.fire(uri);
            }, PAUSE),
        );
    }

    dispose(): void {
        for (const timer of this.waiting.values()) {
            clearTimeout(timer);
        }
        vscode.Disposable.from(...this.registrations, this.changed).dispose();
    }
}

/** The address of the document beside a file. */
function pageOf(source: vscode.Uri): vscode.Uri {
    const name = source.path.slice(source.path.lastIndexOf('/') + 1);
    return vscode.Uri.from({ scheme: SCHEME, path: `/DM ${name}`, query: source.toString() });
}
