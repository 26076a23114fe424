// An answer as a C++ struct: asked for by its schema, checked, and repaired by the model if needed.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/json_schema.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe/class.hpp>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace asio = boost::asio;

struct Finding {
    std::string file;
    std::optional<int> line;
    std::string problem;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (file, line, problem))

struct Review {
    int score = 0;
    std::vector<Finding> findings;
};
BOOST_DESCRIBE_STRUCT(Review, (), (score, findings))

inline void describe(capstan::Fields<Review>& fields) {
    fields.about("A review of a change");
    fields(&Review::score).about("10 is best").minimum(0).maximum(10);
}

asio::awaitable<void> review(const capstan::Agent& agent) {
    const auto result = co_await agent.run_as<Review>(
        "Review this change of rope.cpp, line 4: `return length / piece_length;` -> "
        "`return (length + piece_length - 1) / piece_length;`");
    std::printf("score %d\n", result.score);
    for (const auto& finding : result.findings)
        std::printf("%s:%d: %s\n", finding.file.c_str(), finding.line.value_or(0),
                    finding.problem.c_str());
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        const capstan::Agent agent(handler);

        asio::io_context io;
        asio::co_spawn(io, review(agent), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const capstan::StructuredOutputError& error) {
        std::fprintf(stderr, "%s\nThe last answer was: %s\n", error.what(),
                     error.last_answer().c_str());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
