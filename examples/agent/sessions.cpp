// Which session is worked in, and the list of all.
#include "model_name.hpp"
#include "places.hpp"
#include "program.hpp"
#include "text.hpp"

#include <ctime>

namespace coding_agent {

using namespace capstan;

namespace {

constexpr int title_width = 44;

std::string date_text(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
    return text;
}

std::string line_of(const SessionInfo& info) {
    return info.id + "  " + date_text(info.changed) + "  " + info.status + "  $" +
           info.cost.to_string() + "  " + fit(one_line(info.title), title_width) + "  " +
           info.workspace;
}

AgentRunOptions run_options(const Agent& agent) {
    AgentRunOptions options;
    options.limits = agent.options().limits;
    options.loop = agent.options().loop;
    options.context = agent.options().context;
    options.max_parallel_tools = agent.options().max_parallel_tools;
    return options;
}

asio::awaitable<std::optional<Session>> open_by_id(SessionStore& store, std::string id) {
    try {
        co_return co_await store.open(std::move(id));
    } catch (const SessionError& error) {
        if (error.kind() != SessionError::Kind::not_found) throw;
    }
    co_return std::nullopt;
}

/// Begun, and left before anything was said.
bool is_empty(const SessionInfo& info) { return info.status == "new"; }

using Sessions = std::vector<SessionInfo>;

std::optional<SessionInfo> find_by_title(const Sessions& sessions, const std::string& title,
                                         const std::string& workspace) {
    for (const auto& info : sessions)
        if (info.title == title && info.workspace == workspace) return info;
    return std::nullopt;
}

std::optional<SessionInfo> find_by_id(const Sessions& sessions, const std::string& id) {
    for (const auto& info : sessions)
        if (info.id.starts_with(id)) return info;
    return std::nullopt;
}

/// The newest of the workspace, one with something in it before others.
std::optional<SessionInfo> find_latest(const Sessions& sessions, const std::string& workspace) {
    std::optional<SessionInfo> found;
    for (const auto& info : sessions) {  // the newest first
        if (info.workspace != workspace) continue;
        if (!is_empty(info)) return info;
        if (!found) found = info;
    }
    return found;
}

/// By name or by id, if there is one.
asio::awaitable<std::optional<Session>> open_named(SessionStore& store, std::string name,
                                                   std::string workspace) {
    const auto sessions = co_await store.list();
    const auto found = find_by_title(sessions, name, workspace);
    if (found) co_return co_await store.open(found->id);
    auto opening = open_by_id(store, std::move(name));
    co_return co_await std::move(opening);
}

asio::awaitable<Session> open_resumed(SessionStore& store, std::string id, std::string workspace) {
    if (!id.empty()) co_return co_await store.open(std::move(id));
    const auto sessions = co_await store.list();
    const auto found = find_latest(sessions, workspace);
    if (!found) throw StateError("There is no session of " + workspace + " to go on with.");
    co_return co_await store.open(found->id);
}

}  // namespace

std::string sessions_file(const Options& options) {
    if (!options.state.empty()) return options.state.string();
    return (state_folder() / "agent.sqlite").string();
}

asio::awaitable<void> Program::open_session() {
    const auto workspace = toolbox_.workspace().root().string();
    const auto& name = options_.session;
    if (options_.resume) {
        auto opening = open_resumed(store_, *options_.resume, workspace);
        session_ = co_await std::move(opening);
    } else if (!name.empty()) {
        auto opening = open_named(store_, name, workspace);
        session_ = co_await std::move(opening);
    }
    SessionHead head;
    head.resumed = session_.has_value();
    if (!session_) {
        session_ = co_await store_.create(run_options(agent_), workspace);
        if (!name.empty()) session_->set_title(name);
    }
    session_->set_model(model_text(model_));
    const auto& begun_in = session_->info().workspace;
    if (begun_in != workspace && !begun_in.empty())
        output_.note("This session began in " + begun_in + "; now it works in " + workspace + ".");
    keep_undo();
    head.id = session_->id();
    head.workspace = workspace;
    head.model = model_text(model_);
    output_.session(head);
}

/// Changes can be undone after a restart; only one program has the session, and so its folder.
void Program::keep_undo() {
    try {
        toolbox_.workspace().keep_changes_in(
            std::filesystem::path(sessions_file(options_) + ".undo") / session_->id());
    } catch (const WorkspaceError& error) {
        output_.note(std::string("/undo will not survive the end of the program: ") + error.what());
    }
}

asio::awaitable<void> find_session_model(SessionStore& store, const Options& options,
                                         std::string& model) {
    const auto workspace = std::filesystem::canonical(options.workspace).string();
    const auto sessions = co_await store.list();
    std::optional<SessionInfo> found;
    if (!options.session.empty()) found = find_by_title(sessions, options.session, workspace);
    const auto& id = options.resume ? *options.resume : options.session;
    if (!found) found = id.empty() ? find_latest(sessions, workspace) : find_by_id(sessions, id);
    if (found) model = found->model;
}

asio::awaitable<void> list_sessions(SessionStore& store, Output& output) {
    const auto sessions = co_await store.list();
    std::string text;
    for (const auto& info : sessions)
        if (!is_empty(info) || !info.title.empty())
            text += (text.empty() ? "" : "\n") + line_of(info);
    if (text.empty())
        output.note("There are no sessions yet.");
    else
        output.reply(text);
}

}  // namespace coding_agent
