// A chat with a model in the terminal, or one answer as JSON lines for a program.
#include "chat_options.hpp"
#include "output.hpp"
#include "session.hpp"

#include <capstan/providers/openrouter.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#include <unistd.h>

namespace chat {
namespace {

using namespace capstan;

constexpr int failed = 1;
constexpr int usage_error = 2;
constexpr int interrupted = 130;  // as a shell reports SIGINT

int exit_code(const TurnResult& result) {
    if (!result.error) return 0;
    return result.error->kind() == ErrorKind::cancelled ? interrupted : failed;
}

/// What goes into the history of a conversation. This program runs no tools, and says so.
void remember(TurnResult result, Conversation& history) {
    // A call that was cut off has no result.
    if (result.error) result.message.tool_calls.clear();
    const auto calls = result.message.tool_calls;
    history.add(std::move(result.message));
    for (const auto& call : calls)
        history.add_tool_result(call.id, "This program does not run tools.");
}

bool has_text(const AssistantMessage& message) { return !text_of(message.content).empty(); }

/// Reads a line from the person; false at the end of the input.
bool ask(std::string& line) {
    std::fputs("> ", stderr);
    std::fflush(stderr);
    return static_cast<bool>(std::getline(std::cin, line));
}

int converse(Session& session, const ChatOptions& options) {
    Conversation history = options.request.messages;
    for (std::string line; ask(line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        auto request = options.request;
        request.messages = history;
        request.messages.add_user(line);
        auto result = session.run(request, options.timeout);
        if (result.terminated) return interrupted;
        // A question without any answer is forgotten, so that roles keep alternating.
        if (result.error && !has_text(result.message)) continue;
        history.add_user(line);
        remember(std::move(result), history);
    }
    std::fputc('\n', stderr);
    return 0;
}

int answer_once(Session& session, ChatOptions& options) {
    if (!options.prompt.empty()) options.request.messages.add_user(options.prompt);
    return exit_code(session.run(std::move(options.request), options.timeout));
}

/// The prompt from standard input, unless a person sits there or a history was given.
bool read_prompt(ChatOptions& options) {
    if (!options.prompt.empty() || options.has_history || isatty(STDIN_FILENO) != 0) return true;
    options.prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
    const auto end = options.prompt.find_last_not_of(" \t\r\n");
    options.prompt.resize(end == std::string::npos ? 0 : end + 1);
    return !options.prompt.empty();
}

int run(ChatOptions& options) {
    const auto output = options.jsonl ? make_jsonl_output() : make_terminal_output();
    try {
        OpenRouterHandler handler(options.handler);
        Session session(handler, *output);
        if (!read_prompt(options)) {
            std::fputs("capstan-chat: there is no prompt; see --help\n", stderr);
            return usage_error;
        }
        const bool interactive = options.prompt.empty() && !options.has_history;
        return interactive ? converse(session, options) : answer_once(session, options);
    } catch (const ApiError& error) {
        // Settings that cannot work, e.g. no key: nothing was sent.
        output->error(error);
        return usage_error;
    }
}

}  // namespace
}  // namespace chat

int main(int argc, char** argv) {
    try {
        chat::ChatOptions options;
        if (const auto code = chat::parse_options(argc, argv, options)) return *code;
        return chat::run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "capstan-chat: %s\n", error.what());
        return chat::failed;
    }
}
