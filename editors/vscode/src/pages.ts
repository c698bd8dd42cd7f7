/** Texts that are shown but belong to no file: what a rule means, the report of the doctor. */

import * as vscode from 'vscode';

const SCHEME = 'dmls';

export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
    private readonly texts = new Map<string, string>();
    private readonly changed = new vscode.EventEmitter<vscode.Uri>();
    private readonly registration: vscode.Disposable;
    readonly onDidChange = this.changed.event;

    constructor() {
        this.registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
    }

    provideTextDocumentContent(uri: vscode.Uri): string {
        return this.texts.get(uri.path) ?? '';
    }

    /** Show Markdown as it is meant to be read. */
    async showMarkdown(name: string, text: string): Promise<void> {
        const uri = this.put(`${name}.md`, text);
        try {
            await vscode.commands.executeCommand('markdown.showPreview', uri);
        } catch {
            // The built-in Markdown extension can be disabled.
            await vscode.window.showTextDocument(uri, { preview: true });
        }
    }

    /** Show text as it is. */
    async showText(name: string, text: string): Promise<void> {
        await vscode.window.showTextDocument(this.put(name, text), { preview: true });
    }

    private put(name: string, text: string): vscode.Uri {
        const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
        this.texts.set(uri.path, text);
        this.changed.fire(uri);
        return uri;
    }

    dispose(): void {
        this.registration.dispose();
        this.changed.dispose();
        this.texts.clear();
    }
}
