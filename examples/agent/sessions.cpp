// Which session is worked in, and the list of all.
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

/// The id of the session that has this title, in this workspace.
asio::awaitable<std::optional<std::string>> find_by_title(SessionStore& store, std::string title,
                                                          std::string workspace) {
    const auto sessions = co_await store.list();
    for (const auto& info : sessions)
        if (info.title == title && info.workspace == workspace) co_return info.id;
    co_return std::nullopt;
}

asio::awaitable<std::optional<Session>> open_by_id(SessionStore& store, std::string id) {
    try {
        co_return co_await store.open(std::move(id));
    } catch (const SessionError& error) {
        if (error.kind() != SessionError::Kind::not_found) throw;
    }
    co_return std::nullopt;
}

/// By id or by name, if there is one.
asio::awaitable<std::optional<Session>> open_named(SessionStore& store, std::string name,
                                                   std::string workspace) {
    auto searching = find_by_title(store, name, std::move(workspace));
    const auto id = co_await std::move(searching);
    if (id) co_return co_await store.open(*id);
    auto opening = open_by_id(store, std::move(name));
    co_return co_await std::move(opening);
}

/// Begun, and left before anything was said.
bool is_empty(const SessionInfo& info) { return info.status == "new"; }

asio::awaitable<std::optional<std::string>> latest(SessionStore& store, std::string workspace) {
    const auto sessions = co_await store.list();  // the newest first
    for (const auto& info : sessions)
        if (info.workspace == workspace && !is_empty(info)) co_return info.id;
    co_return co_await store.latest(workspace);
}

asio::awaitable<Session> open_resumed(SessionStore& store, std::string id, std::string workspace) {
    if (!id.empty()) co_return co_await store.open(std::move(id));
    auto searching = latest(store, workspace);
    const auto found = co_await std::move(searching);
    if (!found) throw StateError("There is no session of " + workspace + " to go on with.");
    co_return co_await store.open(*found);
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
        session_->set_model(agent_.options().model);
    } else if (!options_.model_given && !session_->info().model.empty()) {
        // The model that was used last, unless another one is wanted now.
        agent_.options().model = session_->info().model;
    }
    const auto& begun_in = session_->info().workspace;
    if (begun_in != workspace && !begun_in.empty())
        output_.note("This session began in " + begun_in + "; now it works in " + workspace + ".");
    keep_undo();
    head.id = session_->id();
    head.workspace = workspace;
    head.model = agent_.options().model;
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
