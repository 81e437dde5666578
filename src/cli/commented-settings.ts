/** What `specloop init` writes: the keys with their defaults, commented out, so that the file alone changes nothing. */
export const COMMENTED_SETTINGS = `# specloop: https://www.npmjs.com/package/specloop
# Everything here is a default, commented out. Flags and environment variables go before this file.

# workflow_orchestrator:
#   socket_path: /tmp/workflow_orchestrator.sock   # WORKFLOW_ORCHESTRATOR_SOCKET
#   openspec_path: openspec/changes/               # OPENSPEC_WATCH_PATH
#   lm_studio_url: http://localhost:1234           # LM_STUDIO_BASE_URL
#   mcp_socket: /tmp/mcp_orchestrator.sock         # MCP_ORCHESTRATOR_SOCKET

# question_routing:
#   cache_timeout: 3600             # seconds for which an answer is reused
#   max_concurrent_questions: 10    # asked of agents at the same time
#   max_open_for_people: 5          # shown to people at the same time; the rest queue by worth

# document_updates:
#   auto_commit: true
#   backup_before_update: true      # the old file is also copied to backups/ in the state folder
#   mode: approve                   # auto: what passes every check is written without a person's yes
#   branch: current                 # or the name of a branch: updates wait until it is checked out

# feedback_loop:
#   analysis_interval: 3600         # seconds between two looks for what could be better
#   improvement_threshold: 0.1      # the share that a gain must reach to be of interest
#   mode: auto                      # off, suggest, auto: specloop's own tunables only; none is applied by itself yet
#   accept: strict                  # or accumulate

# lm_studio:
#   model: qwen3-8b                 # unset: only a model that is already loaded is used
#   requests_per_minute: 30         # over all processes; unset: no limit
#   max_concurrent: 1
#   timeout: 600                    # seconds
#   start: false                    # run \`lms server start\`

# http:
#   host: 127.0.0.1                 # SPECLOOP_HTTP_HOST
#   port: 4100                      # SPECLOOP_HTTP_PORT

# redis:
#   url: redis://127.0.0.1:6379     # REDIS_URL; unset: an embedded one

# review:
#   rules: {}                       # rule id: false switches it off
#   severities: {}                  # rule id: error, warning, info or off
#   paths: []                       # globs in the root, as changes/**; "!…" leaves out; []: all findings are reported

# agents:                           # asked before people are; capabilities say of what
#   - { id: architect, persona: "You know this system's architecture.", capabilities: [architecture] }
#   - { id: docs, mcp: { command: npx, args: [docs-agent] }, capabilities: [docs] }

# log_level: info                   # LOG_LEVEL
`;
