// The terminal coding agent: works on a project with a model, tools and a person's approval.
#include "model_name.hpp"
#include "options.hpp"
#include "places.hpp"
#include "program.hpp"

#include <capstan/providers/openrouter.hpp>
#include <capstan/providers/provider_registry.hpp>
#include <capstan/state_manager.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>

namespace coding_agent {
namespace {

using namespace capstan;

/// What the signals do: Ctrl-C cancels the run, then the program; SIGTERM and SIGHUP end it.
class Signals {
public:
    Signals(asio::io_context& io, Program& program, Input& input)
        : signals_(io, SIGINT, SIGTERM, SIGHUP), program_(program), input_(input) {
        signals_.add(SIGCONT);
        wait();
    }

    asio::cancellation_slot slot() { return cancel_.slot(); }
    bool ended() const { return ended_; }
    void stop() { signals_.cancel(); }

private:
    void wait() {
        signals_.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error) return;
            handle(signal);
            wait();
        });
    }

    void handle(int signal) {
        if (signal == SIGCONT) return input_.wake();
        if (signal == SIGINT && program_.interrupt()) return;
        if (ended_) std::_Exit(exit_code::cancelled);  // it does not end by itself
        ended_ = true;
        input_.interrupt();
        cancel_.emit(asio::cancellation_type::terminal);
    }

    asio::signal_set signals_;
    Program& program_;
    Input& input_;
    asio::cancellation_signal cancel_;
    bool ended_ = false;
};

/// Runs the coroutine to its end; what it throws comes out.
int run_until_done(asio::io_context& io, Program& program, Input& input) {
    Signals signals(io, program, input);
    std::exception_ptr failure;
    int code = exit_code::failed;
    const auto done = [&](std::exception_ptr error, int result) {
        failure = std::move(error);
        code = result;
        signals.stop();
        io.stop();  // idle connections may stay
    };
    asio::co_spawn(io, program.run(), asio::bind_cancellation_slot(signals.slot(), done));
    io.run();
    if (signals.ended()) return exit_code::cancelled;
    if (failure) std::rethrow_exception(failure);
    return code;
}

/// Runs the coroutine of a look at the sessions to its end.
void run_to_end(asio::awaitable<void> look) {
    asio::io_context io;
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(look),
                   [&](std::exception_ptr error) { failure = std::move(error); });
    io.run();
    if (failure) std::rethrow_exception(failure);
}

int list_all(const Options& options, Output& output) {
    SessionStore store(std::make_unique<SqliteStateStore>(sessions_file(options)));
    run_to_end(list_sessions(store, output));
    return exit_code::good;
}

/// A session goes on with the model, and so the provider, that it last used.
Options with_session_model(Options options) {
    const bool goes_on = options.resume || !options.session.empty();
    if (options.model_given || !goes_on) return options;
    SessionStore store(std::make_unique<SqliteStateStore>(sessions_file(options)));
    std::string model;
    run_to_end(find_session_model(store, options, model));
    if (!model.empty()) options.model = read_model(model);
    return options;
}

/// What is known of the models, from one start to the next.
std::shared_ptr<StateManager> catalogue_cache() {
    const auto file = (state_folder() / "models.sqlite").string();
    return std::make_shared<StateManager>(std::make_unique<SqliteStateStore>(file));
}

std::shared_ptr<ApiHandler> make_model_handler(const Options& options) {
    auto settings = options.handler;
    settings.state = catalogue_cache();
    settings.model = options.model.model;
    if (options.model.provider == "openrouter" && is_plain(options.model))
        return std::make_shared<OpenRouterHandler>(settings);
    ProviderOptions shared = settings;
    shared.model.clear();  // the URI has it
    return make_handler(to_string(options.model), std::move(shared));
}

/// What we start shall not find a key, not even in /proc.
void forget_keys() {
    for (const char* name : {"OPENROUTER_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN",
                             "OPENAI_API_KEY", "DEEPSEEK_API_KEY", "GROQ_API_KEY",
                             "MISTRAL_API_KEY", "LLAMA_API_KEY", "LM_API_TOKEN", "OLLAMA_API_KEY",
                             "VLLM_API_KEY"}) {
        char* key = std::getenv(name);
        if (!key) continue;
        explicit_bzero(key, std::strlen(key));
        unsetenv(name);
    }
}

int work(const Options& given, Output& output) {
    const auto options = with_session_model(given);
    asio::io_context io;
    const auto history = state_folder() / "history";
    const auto input = make_input(io.get_executor(), history, options.jsonl);
    const auto handler = make_model_handler(options);
    Program program(io.get_executor(), options, *handler, *input, output);
    forget_keys();
    return run_until_done(io, program, *input);
}

int run(const Options& options) {
    const auto output = options.jsonl ? make_jsonl_output() : make_terminal_output();
    try {
        return options.list_sessions ? list_all(options, *output) : work(options, *output);
    } catch (const ApiError& error) {
        // Settings that cannot work, e.g. no key: nothing was sent.
        output->error(error);
    } catch (const std::exception& error) {
        output->error(ApiError(ErrorKind::configuration, error.what()));
    }
    return exit_code::usage;
}

}  // namespace
}  // namespace coding_agent

int main(int argc, char** argv) {
    try {
        coding_agent::Options options;
        if (const auto code = coding_agent::parse_options(argc, argv, options)) return *code;
        return coding_agent::run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "capstan-agent: %s\n", error.what());
        return coding_agent::exit_code::failed;
    }
}
