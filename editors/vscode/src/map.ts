/** The TLS map in a tab: a page of the server, whose connections lead to the lines that decide them. */

import * as vscode from 'vscode';
import type { Server } from './server';

/** What the page says when a place in it is chosen. */
interface Chosen {
    readonly type: 'open';
    readonly uri: string;
    readonly line: number;
    readonly character: number;
}

export class TlsMap implements vscode.Disposable {
    private panel: vscode.WebviewPanel | undefined;

    constructor(private readonly server: Server) {}

    /** Show the map of the workspace as it is now; resolves to the page. */
    async show(): Promise<string | undefined> {
        const answer = await this.server.ask<{ html: string }>('dmls.map', { format: 'html' }, vscode.l10n.t('dmls: drawing the TLS map'));
        if (!answer) {
            return undefined;
        }
        this.panel ??= this.made();
        // The page allows the one script and the one style sheet in it by their hashes, and nothing from anywhere else.
        this.panel.webview.html = answer.html;
        this.panel.reveal(undefined, true);
        return answer.html;
    }

    private made(): vscode.WebviewPanel {
        const panel = vscode.window.createWebviewPanel('dmls.map', vscode.l10n.t('TLS Map'), { viewColumn: vscode.ViewColumn.Active, preserveFocus: false }, {
            enableScripts: true,
            enableFindWidget: true,
            retainContextWhenHidden: true,
            localResourceRoots: [],
        });
        panel.webview.onDidReceiveMessage((message: unknown) => this.open(message));
        panel.onDidDispose(() => {
            this.panel = undefined;
        });
        return panel;
    }

    /** Open the place that was chosen beside the map. */
    async open(message: unknown): Promise<void> {
        const { type, uri, line, character } = (message ?? {}) as Partial<Chosen>;
        if (type !== 'open' || typeof uri !== 'string' || !Number.isInteger(line) || !Number.isInteger(character)) {
            return;
        }
        const place = vscode.Uri.parse(uri, true);
        if (place.scheme !== 'file') {
            return;
        }
        const start = new vscode.Position(line!, character!);
        await vscode.window.showTextDocument(place, { viewColumn: vscode.ViewColumn.Beside, selection: new vscode.Range(start, start), preserveFocus: false });
    }

    dispose(): void {
        this.panel?.dispose();
    }
}
