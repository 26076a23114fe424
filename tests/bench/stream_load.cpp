// Reads many streams of one URL through OpenRouterHandler, everything decoded, and prints what it
// took. tests/bench/README.md says how to run it.
#include "load_run.hpp"

#include <capstan/providers/openrouter.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace {

using namespace capstan;

/// Counts what carries content, as the other clients of the comparison do.
class Count {
public:
    Count(bench::LoadMeter& meter, bool& first) : meter_(meter), first_(first) {}

    void operator()(const TextChunk& chunk) const { add(chunk.text); }
    void operator()(const ReasoningChunk& chunk) const {
        add(chunk.text.empty() ? chunk.hidden_text : chunk.text);
    }
    void operator()(const ToolCallChunk& chunk) const { add(chunk.arguments); }
    void operator()(const UsageChunk&) const {}
    void operator()(const FinishChunk&) const {}
    void operator()(const ExtraChunk&) const {}

private:
    void add(const std::string& text) const {
        static const std::size_t inside = std::string().capacity();
        meter_.add(text, text.capacity() > inside, first_);
    }

    bench::LoadMeter& meter_;
    bool& first_;
};

ChunkStream start(OpenRouterHandler& handler) {
    MessageRequest request;
    request.messages.add_user("hi");
    return handler.create_message(std::move(request));
}

asio::awaitable<void> read_stream(OpenRouterHandler& handler, bench::LoadMeter& meter) {
    auto stream = start(handler);
    bool first = true;
    const Count count(meter, first);
    try {
        while (auto chunk = co_await stream.next()) std::visit(count, *chunk);
    } catch (const std::exception& error) {
        meter.fail(error.what());
    }
}

OpenRouterOptions handler_options(const bench::LoadOptions& load) {
    OpenRouterOptions options;
    options.base_url = bench::base_url(load.url);
    options.api_key = load.key;
    options.model = load.model;
    options.usage_lookup = false;
    options.http.proxy_from_environment = false;
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = bench::read_load_options(
        argc, argv, "Reads streams of a chat-completions URL through OpenRouterHandler.");
    OpenRouterHandler handler(handler_options(options));
    return bench::run_load("capstan", options, [&](std::size_t streams, bench::LoadMeter& meter) {
        asio::io_context context(1);
        for (std::size_t i = 0; i < streams; ++i)
            asio::co_spawn(context, read_stream(handler, meter), asio::detached);
        context.run();
    });
}
