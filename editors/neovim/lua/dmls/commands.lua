--- The command |:Dmls|.

local client = require('dmls.client')
local words = require('dmls.words')

local M = {}

local SEVERITIES = { error = 'E', warning = 'W', information = 'I', hint = 'N' }

--- The program of the configured command line.
---@return string
function M.program()
  local cmd = vim.lsp.config.dmls and vim.lsp.config.dmls.cmd
  return type(cmd) == 'table' and cmd[1] or 'dmls'
end

---@return string
local function language()
  return words.say('close') == 'Close this window' and 'en' or 'zh'
end

--- Run `dmls ARGUMENTS` and hand what came of it to `done`.
---@param arguments string[]
---@param done fun(result: vim.SystemCompleted)
local function run(arguments, done)
  local ok, err = pcall(
    vim.system,
    { M.program(), unpack(arguments) },
    { text = true, env = { DMLS_LANG = language() } },
    vim.schedule_wrap(done)
  )
  if not ok then
    vim.notify(words.say('no-executable', M.program()) .. ': ' .. tostring(err), vim.log.levels.ERROR)
  end
end

--- The client of this buffer, or a word that there is none.
---@return vim.lsp.Client?
local function here()
  local found = client.of()
  if not found then
    vim.notify(words.say('no-client'), vim.log.levels.WARN)
  end
  return found
end

---@param report { findings: table[] }
local function list(report)
  local locations = vim.tbl_map(function(finding)
    return { uri = vim.uri_from_fname(vim.fn.fnamemodify(finding.file, ':p')), range = finding.range, finding = finding }
  end, report.findings)
  local items = vim.lsp.util.locations_to_items(locations, 'utf-16')
  for _, item in ipairs(items) do
    local finding = item.user_data.finding
    item.type = SEVERITIES[finding.severity]
    item.text = ('%s [%s]'):format(finding.message, finding.rule)
    item.user_data = nil
  end
  vim.fn.setqflist({}, ' ', { title = 'dmls check', items = items })
  if #items == 0 then
    vim.notify(words.say('found-nothing'))
  else
    vim.notify(words.say('found', #items))
    vim.cmd.copen()
  end
end

--- What may be typed behind a command: "file" or a function that lists the words.
---@type table<string, 'file'|fun(): string[]>
local ARGUMENTS = {}

--- The commands: each is a word behind `:Dmls`.
---@type table<string, fun(arguments: string[])>
local COMMANDS = {}

ARGUMENTS.check = 'file'

--- Check files and folders, by default the root of this buffer, into the quickfix list.
function COMMANDS.check(arguments)
  local attached = client.of()
  local paths = #arguments > 0 and vim.tbl_map(vim.fn.expand, arguments) or { attached and attached.root_dir or vim.fn.getcwd() }
  run({ 'check', '--format', 'json', unpack(paths) }, function(result)
    local ok, report = pcall(vim.json.decode, result.stdout)
    if ok and type(report) == 'table' and report.findings then
      list(report)
    else
      vim.notify(words.say('no-json', vim.trim(result.stderr)), vim.log.levels.ERROR)
    end
  end)
end

ARGUMENTS.doctor = 'file'

--- Tell what runs here, which settings hold and what is seen of this file, or of those given.
function COMMANDS.doctor(arguments)
  local paths = #arguments > 0 and vim.tbl_map(vim.fn.expand, arguments) or { client.of() and vim.api.nvim_buf_get_name(0) or nil }
  run({ 'doctor', unpack(paths) }, function(result)
    if result.code == 2 and vim.trim(result.stdout) == '' then
      vim.notify(words.say('no-doctor') .. '\n' .. vim.trim(result.stderr), vim.log.levels.WARN)
    else
      client.show('doctor', '```text\n' .. vim.trim(result.stdout .. result.stderr) .. '\n```')
    end
  end)
end

local rules ---@type string[]?

--- The names of all rules.
---@return string[]
local function rule_names()
  if not rules then
    local ok, result = pcall(function()
      return vim.system({ M.program(), 'rules', '--format', 'json' }, { text = true }):wait(3000)
    end)
    local decoded, table_of_rules = pcall(vim.json.decode, ok and result.stdout or '')
    if not decoded or type(table_of_rules) ~= 'table' then
      return {}
    end
    rules = vim.tbl_map(function(rule)
      return rule.name
    end, table_of_rules.rules or table_of_rules)
  end
  return rules
end

ARGUMENTS.explain = rule_names

--- Explain a rule, by default that of the finding in this line.
function COMMANDS.explain(arguments)
  local attached = here()
  if not attached then
    return
  end
  local rule = arguments[1]
  if not rule then
    for _, found in ipairs(vim.diagnostic.get(0, { lnum = vim.fn.line('.') - 1 })) do
      rule = rule or (found.source == 'dmls' and found.code or nil)
    end
  end
  if rule then
    client.explain(attached, tostring(rule))
  else
    vim.notify(words.say('no-rule-here'), vim.log.levels.WARN)
  end
end

--- Apply all safe fixes in this buffer.
function COMMANDS.fix()
  local attached = here()
  if not attached then
    return
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local function apply(action)
    if action.edit then
      vim.lsp.util.apply_workspace_edit(action.edit, attached.offset_encoding)
    end
  end
  local params = vim.lsp.util.make_given_range_params({ 1, 0 }, { vim.api.nvim_buf_line_count(bufnr), 0 }, bufnr, attached.offset_encoding)
  params.context = { only = { 'source.fixAll.dmls' }, diagnostics = {}, triggerKind = 1 }
  attached:request('textDocument/codeAction', params, function(err, actions)
    local action = not err and actions and actions[1]
    if not action then
      vim.notify(words.say('no-fixes'))
    elseif action.edit then
      apply(action)
    else
      attached:request('codeAction/resolve', action, function(failed, resolved)
        if not failed then
          apply(resolved)
        end
      end, bufnr)
    end
  end, bufnr)
end

--- Open the log of Neovim's client, where the server's own log goes too.
function COMMANDS.log()
  local path = vim.lsp.log.get_filename and vim.lsp.log.get_filename() or vim.lsp.get_log_path()
  if vim.uv.fs_stat(path) then
    vim.cmd.tabedit(vim.fn.fnameescape(path))
    vim.cmd.normal({ 'G', bang = true })
  else
    vim.notify(words.say('no-log', path))
  end
end

--- Show beside this buffer what DM works with, all of it or one instance.
function COMMANDS.show(arguments)
  local attached = here()
  if attached then
    require('dmls.effective').show(attached, arguments[1])
  end
end

--- Show the TLS map of the workspace; <CR> goes to the line that a line of it is about.
function COMMANDS.map()
  local attached = here()
  if attached then
    client.lines(attached, 'map')
  end
end

--- The actions on a deployment whose names have two words, by the first.
---@type table<string, string[]>
local ACTIONS = {
  certs = { 'new', 'renew' },
  migrate = { 'export', 'keys', 'passwords', 'v1' },
  tls = { 'disable', 'enable', 'plan' },
}

--- Take options and paths apart, as `dmls` itself does: `--name=value`, `--switch`, else a path.
---@param arguments string[]
---@return table<string, string|string[]> options, string[] paths
local function taken_apart(arguments)
  local options, paths = vim.empty_dict(), {}
  for _, argument in ipairs(arguments) do
    local name, value = argument:match('^%-%-([%w-]+)=(.*)$')
    name = name or argument:match('^%-%-([%w-]+)$')
    if not name then
      paths[#paths + 1] = vim.uri_from_fname(vim.fn.fnamemodify(vim.fn.expand(argument), ':p'))
    elseif not options[name] then
      options[name] = value or ''
    else
      options[name] = vim.list_extend(type(options[name]) == 'table' and options[name] or { options[name] }, { value })
    end
  end
  return options, paths
end

--- Tell what an action would do to the deployment, or to the files given; ask; do it.
---@param word string
---@param arguments string[]
local function act(word, arguments)
  local attached = here()
  if not attached then
    return
  end
  local name, rest = word, arguments
  local members = ACTIONS[word]
  if members then
    if not vim.list_contains(members, arguments[1]) then
      vim.notify(words.say('no-action', table.concat(members, ', ')), vim.log.levels.ERROR)
      return
    end
    name, rest = word .. ' ' .. arguments[1], vim.list_slice(arguments, 2)
  end
  local options, paths = taken_apart(rest)
  client.change(attached, { action = name, options = options, paths = paths }, name == 'tls plan')
end

for word, members in pairs(ACTIONS) do
  ARGUMENTS[word] = function()
    return members
  end
end
ARGUMENTS.init = 'file'

--- Make the certificates of the deployment, or issue them again.
function COMMANDS.certs(arguments)
  act('certs', arguments)
end

--- Write the configurations of a new deployment.
function COMMANDS.init(arguments)
  act('init', arguments)
end

--- Bring old configurations to today.
function COMMANDS.migrate(arguments)
  act('migrate', arguments)
end

--- Turn encryption on or off in all files.
function COMMANDS.tls(arguments)
  act('tls', arguments)
end

--- Stop the server and start it anew where it was.
function COMMANDS.restart()
  local clients = vim.lsp.get_clients({ name = 'dmls' })
  vim.lsp.enable('dmls', false)
  local waiting = assert(vim.uv.new_timer())
  waiting:start(
    10,
    20,
    vim.schedule_wrap(function()
      local stopped = vim.iter(clients):all(function(c)
        return c:is_stopped() and not vim.lsp.get_client_by_id(c.id)
      end)
      if stopped and not waiting:is_closing() then
        waiting:close()
        vim.lsp.enable('dmls')
        vim.notify(words.say('restarted'))
      end
    end)
  )
end

--- Carry out `:Dmls WORD ARGUMENTS`.
---@param command { fargs: string[] }
function M.run(command)
  local word = command.fargs[1] or 'check'
  local run_it = COMMANDS[word]
  if run_it then
    run_it(vim.list_slice(command.fargs, 2))
  else
    local names = vim.tbl_keys(COMMANDS)
    table.sort(names)
    vim.notify(words.say('no-command', word, table.concat(names, ', ')), vim.log.levels.ERROR)
  end
end

--- What may follow `:Dmls`.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local words_before = vim.split(vim.trim(line:sub(1, #line - #lead)), '%s+')
  local arguments = ARGUMENTS[words_before[2]]
  if arguments == 'file' then
    return vim.fn.getcompletion(lead, 'file')
  end
  local candidates = #words_before <= 1 and vim.tbl_keys(COMMANDS) or arguments and vim.deepcopy(arguments()) or {}
  candidates = vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, candidates)
  table.sort(candidates)
  return candidates
end

return M
