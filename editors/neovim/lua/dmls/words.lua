--- What the plugin itself says, in English and Chinese; all else comes from the server in the language that it was asked for.

local M = {}

local EN = {
  ['apply'] = 'Apply',
  ['apply-change'] = 'Files to edit or create, as the page tells: %d',
  ['attached'] = 'attached to this buffer (root: %s)',
  ['cancel'] = 'Cancel',
  ['clients'] = 'running clients: %d',
  ['close'] = 'Close this window',
  ['copied'] = 'dmls: copied: %s',
  ['disabled'] = "not enabled: add `vim.lsp.enable('dmls')` to your configuration",
  ['enabled'] = "enabled by `vim.lsp.enable('dmls')`",
  ['encoding'] = 'positions in %s, diagnostics by %s',
  ['found'] = 'dmls: %d findings, see the quickfix list',
  ['found-nothing'] = 'dmls: no findings',
  ['go-there'] = 'Go to the line that this is about',
  ['health-files'] = 'Files',
  ['health-neovim'] = 'Neovim',
  ['health-server'] = 'Server',
  ['install'] = 'install it with `pipx install dmls`, or set `cmd` in `vim.lsp.config(\'dmls\', { cmd = … })`',
  ['neovim'] = 'Neovim %s',
  ['neovim-old'] = 'Neovim 0.11 or later is needed',
  ['no-action'] = 'dmls: which of %s?',
  ['no-client'] = 'dmls: not attached to this buffer; `:checkhealth dmls` tells why',
  ['no-command'] = 'dmls: there is no command `%s`; there are: %s',
  ['no-doctor'] = 'dmls: this version of the server has no `doctor`',
  ['no-executable'] = '`%s` is not found on PATH',
  ['no-fixes'] = 'dmls: nothing to repair that is certainly safe',
  ['no-json'] = 'dmls: the check failed: %s',
  ['no-log'] = 'dmls: no log yet: %s',
  ['no-place'] = 'dmls: this line is about no place in a file',
  ['no-rule'] = 'dmls: there is no rule `%s`',
  ['no-rule-here'] = 'dmls: no finding of dmls in this line',
  ['not-dm'] = 'not a DM file: neither its name nor its first lines say so (`# dmls: kind=task` in a comment does)',
  ['path'] = '`%s` is %s',
  ['reason-certificate'] = 'this certificate lies below the root of a running client',
  ['reason-comment'] = 'a comment says that this is a DM file',
  ['reason-content'] = 'the first lines say that this is a DM file',
  ['reason-name'] = 'the name says that this is a DM file',
  ['reason-script'] = 'this script or unit names a program of DM',
  ['reason-settings'] = 'a .dmls.toml above may say that this is a DM file',
  ['restarted'] = 'dmls: restarted',
  ['version'] = 'version %s',
  ['version-failed'] = '`%s --version` failed: %s',
  ['watch'] = 'certificates: the server itself looks at the named files again and again; nothing to set up',
}

local ZH = {
  ['apply'] = '应用',
  ['apply-change'] = '将修改或创建的文件（详见页面）：%d 个',
  ['attached'] = '已附加到当前缓冲区（根目录：%s）',
  ['cancel'] = '取消',
  ['clients'] = '运行中的客户端：%d 个',
  ['close'] = '关闭此窗口',
  ['copied'] = 'dmls：已复制：%s',
  ['disabled'] = "尚未启用：请在配置中加入 `vim.lsp.enable('dmls')`",
  ['enabled'] = "已通过 `vim.lsp.enable('dmls')` 启用",
  ['encoding'] = '位置编码 %s，诊断方式 %s',
  ['found'] = 'dmls：发现 %d 个问题，见 quickfix 列表',
  ['found-nothing'] = 'dmls：没有发现问题',
  ['go-there'] = '转到此行所指的位置',
  ['health-files'] = '文件',
  ['health-neovim'] = 'Neovim',
  ['health-server'] = '服务器',
  ['install'] = '请用 `pipx install dmls` 安装，或在 `vim.lsp.config(\'dmls\', { cmd = … })` 中设置 `cmd`',
  ['neovim'] = 'Neovim %s',
  ['neovim-old'] = '需要 Neovim 0.11 或更高版本',
  ['no-action'] = 'dmls：请指明是 %s 中的哪一个',
  ['no-client'] = 'dmls：未附加到当前缓冲区；原因见 `:checkhealth dmls`',
  ['no-command'] = 'dmls：没有命令 `%s`；可用的有：%s',
  ['no-doctor'] = 'dmls：当前版本的服务器没有 `doctor` 命令',
  ['no-executable'] = 'PATH 中找不到 `%s`',
  ['no-fixes'] = 'dmls：没有可以放心自动修复的问题',
  ['no-json'] = 'dmls：检查失败：%s',
  ['no-log'] = 'dmls：还没有日志：%s',
  ['no-place'] = 'dmls：此行不对应任何文件位置',
  ['no-rule'] = 'dmls：没有规则 `%s`',
  ['no-rule-here'] = 'dmls：当前行没有 dmls 的诊断',
  ['not-dm'] = '不是 DM 文件：文件名和开头几行都看不出来（可用注释 `# dmls: kind=task` 指明）',
  ['path'] = '`%s` 位于 %s',
  ['reason-certificate'] = '该证书位于运行中客户端的根目录之下',
  ['reason-comment'] = '注释指明这是 DM 文件',
  ['reason-content'] = '开头几行表明这是 DM 文件',
  ['reason-name'] = '文件名表明这是 DM 文件',
  ['reason-script'] = '此脚本或 unit 文件中调用了 DM 的程序',
  ['reason-settings'] = '上级目录的 .dmls.toml 可能指明这是 DM 文件',
  ['restarted'] = 'dmls：已重启',
  ['version'] = '版本 %s',
  ['version-failed'] = '`%s --version` 执行失败：%s',
  ['watch'] = '证书：服务器会自行反复查看配置中用到的文件，无需任何设置',
}

--- The language tag of Neovim's messages.
---@return string
function M.locale()
  local tag = (vim.v.lang or ''):gsub('[.@].*', ''):gsub('_', '-')
  return (tag == '' or tag == 'C' or tag == 'POSIX') and 'en' or tag
end

---@return boolean
local function chinese()
  local config = require('dmls.client').enabled() and vim.lsp.config.dmls or {}
  local language = vim.tbl_get(config, 'settings', 'dmls', 'language') or vim.tbl_get(config, 'init_options', 'language')
  return vim.startswith(language or M.locale(), 'zh')
end

--- The sentence `id` with its arguments.
---@param id string
---@param ... any
---@return string
function M.say(id, ...)
  return (chinese() and ZH or EN)[id]:format(...)
end

return M
