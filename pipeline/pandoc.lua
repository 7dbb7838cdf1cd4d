-- Runs a batch of requests in one pandoc process. Each document is read on its own, so that an
-- unclosed block in one section cannot swallow the next. Standard input and output are JSON.
--   {action = "read",     text = ..., format = ...}                     -> {result = AST as JSON text}
--   {action = "write",    text = AST as JSON text, format = ...}        -> {result = text}
--   {action = "citeproc", text = AST as JSON text}                      -> {result = AST as JSON text}
--   {action = "version"}                                                -> {result = "3.9"}
-- Each reply carries pandoc's own messages in `log`, with positions where pandoc has them.

local function messages(log)
  local list = pandoc.List()
  for _, message in ipairs(log) do
    list:insert(pandoc.json.decode(pandoc.json.encode(message), false))
  end
  return list
end

local function run(request)
  if request.action == "version" then
    return tostring(PANDOC_VERSION)
  end
  if request.action == "read" then
    return pandoc.write(pandoc.read(request.text, request.format), "json")
  end
  local document = pandoc.read(request.text, "json")
  if request.action == "citeproc" then
    local cited = pandoc.utils.citeproc(document)
    cited.meta = {} -- the works, which are larger than their words
    return pandoc.write(cited, "json")
  end
  return pandoc.write(document, request.format, { html_math_method = "mathml", wrap_text = "none" })
end

local replies = pandoc.List()
for _, request in ipairs(pandoc.json.decode(io.read("a"), false)) do
  local log, ok, result = pandoc.log.silence(pcall, run, request)
  if ok then
    replies:insert({ result = result, log = messages(log) })
  else
    replies:insert({ error = tostring(result), log = messages(log) })
  end
end
io.write(pandoc.json.encode(replies))
