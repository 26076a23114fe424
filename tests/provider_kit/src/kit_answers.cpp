// What the provider makes of whole answers, of answers in pieces, and of cut ones.
#include "kit_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace capstan::testing {
namespace {

constexpr std::uint64_t random_splits = 24;
constexpr std::size_t most_cuts = 200;

/// True if it went well.
bool check_split(KitRun& run, const WireCase& wire_case, Split split, const std::string& pieces) {
    auto response = wire_case.response;
    response.split = std::move(split);
    run.answer(std::move(response));
    const auto fault = difference(run.call(wire_case), wire_case.expected);
    if (!fault.empty()) run.add("splits", wire_case, fmt::format("in {}: {}", pieces, fault));
    return fault.empty();
}

enum class End { broken, in_order };

/// The answer up to `size` bytes, then the end of the connection, or of the answer.
SimResponse cut_response(const SimResponse& whole, const std::string& body, std::size_t size,
                         End end) {
    auto response = whole;
    response.body.clear();
    if (size > 0) response.body.push_back(send(body.substr(0, size)));
    if (end == End::broken) response.body.push_back(close_connection());
    response.framing = Framing::chunked;
    response.split = Split();
    return response;
}

std::string cut_fault(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    if (auto fault = order_fault(outcome); !fault.empty()) return fault;
    const auto text = text_of(outcome);
    if (!expected.text.starts_with(text)) return "the text is no prefix of the whole one";
    if (outcome.error) {
        if (outcome.error->kind() == ErrorKind::cancelled) return "the error says: cancelled";
        return {};
    }
    // What was lost may be nothing that matters: the usage, or what nobody knows.
    auto rest = expected;
    for (auto* tokens : {&rest.input_tokens, &rest.output_tokens, &rest.reasoning_tokens})
        tokens->reset();
    rest.total_cost.reset();
    rest.extra.clear();
    return difference(outcome, rest);
}

void cut_everywhere(KitRun& run, const WireCase& wire_case, End end) {
    const auto body = wire_case.response.body_bytes();
    const auto step = std::max<std::size_t>(1, body.size() / most_cuts);
    for (std::size_t size = 0; size < body.size(); size += step) {
        run.answer(cut_response(wire_case.response, body, size, end));
        const auto fault = cut_fault(run.call(wire_case), wire_case.expected);
        if (fault.empty()) continue;
        const auto* how = end == End::broken ? "cut" : "ended in good order";
        run.add("cuts", wire_case,
                fmt::format("{} after {} of {} bytes: {}", how, size, body.size(), fault));
        return;  // one tells enough
    }
}

}  // namespace

void check_answers(KitRun& run) {
    for (const auto& wire_case : run.kit().cases) {
        run.answer(wire_case.response);
        const auto outcome = run.call(wire_case);
        const auto fault = difference(outcome, wire_case.expected);
        if (run.server().request_count() == 0)
            return run.add("answers", wire_case,
                           fmt::format("no request reached the kit's server; make_handler has to "
                                       "use KitTarget::base_url. {}",
                                       outcome.error ? outcome.error->what() : fault));
        if (!fault.empty()) run.add("answers", wire_case, fault);
    }
}

void check_splits(KitRun& run) {
    for (const auto& wire_case : run.kit().cases) {
        bool good = check_split(run, wire_case, Split::every(1), "single bytes");
        for (std::uint64_t seed = 1; good && seed <= random_splits; ++seed)
            good = check_split(run, wire_case, Split::random(seed),
                               fmt::format("random pieces (seed {})", seed));
    }
}

void check_cuts(KitRun& run) {
    for (const auto& wire_case : run.kit().cases) {
        if (wire_case.expected.error) continue;
        cut_everywhere(run, wire_case, End::broken);
        cut_everywhere(run, wire_case, End::in_order);
    }
}

}  // namespace capstan::testing
