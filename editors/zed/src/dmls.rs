//! Starts `dmls serve` for the YAML and TOML files and the scripts of a worktree.

use zed_extension_api::{self as zed, serde_json::Value, settings::LspSettings, LanguageServerId, Result, Worktree};

const SERVER: &str = "dmls";

struct Dmls;

impl zed::Extension for Dmls {
    fn new() -> Self {
        Dmls
    }

    fn language_server_command(&mut self, _id: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let binary = LspSettings::for_worktree(SERVER, worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments) = match binary {
            Some(binary) => (binary.path, binary.arguments),
            None => (None, None),
        };
        let command = path
            .or_else(|| worktree.which(SERVER))
            .ok_or("dmls is not found on PATH: install it with `pipx install dmls`, or set `lsp.dmls.binary.path`")?;
        let args = arguments.unwrap_or_else(|| vec!["serve".into(), "--stdio".into()]);
        Ok(zed::Command { command, args, env: worktree.shell_env() })
    }

    fn language_server_initialization_options(&mut self, _id: &LanguageServerId, worktree: &Worktree) -> Result<Option<Value>> {
        let settings = LspSettings::for_worktree(SERVER, worktree)?;
        Ok(settings.initialization_options.or(settings.settings))
    }

    fn language_server_workspace_configuration(&mut self, _id: &LanguageServerId, worktree: &Worktree) -> Result<Option<Value>> {
        let settings = LspSettings::for_worktree(SERVER, worktree)?.settings;
        Ok(settings.map(|settings| zed::serde_json::json!({ SERVER: settings })))
    }
}

zed::register_extension!(Dmls);
