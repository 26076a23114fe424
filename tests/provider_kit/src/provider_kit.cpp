#include <capstan/testing/provider_kit.hpp>

#include "kit_run.hpp"

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>
#include <utility>

namespace capstan::testing {

WireCase::WireCase(std::string name_, std::string body, ExpectedAnswer expected_)
    : name(std::move(name_)), expected(std::move(expected_)) {
    response.with_header("Content-Type", "text/event-stream");
    response.with_step(send(std::move(body)));
}

std::vector<KitFinding> check_provider(const ProviderKit& kit) {
    if (!kit.make_handler) throw std::invalid_argument("The kit has no make_handler.");
    if (kit.cases.empty() || kit.cases.front().expected.error ||
        kit.cases.front().expected.text.empty())
        throw std::invalid_argument("The kit's first case has to be an answer with text.");
    static constexpr KitCheck checks[] = {check_answers, check_splits,  check_cuts,
                                          check_errors,  check_cancel,  check_destroy,
                                          check_threads, check_secrets};
    std::vector<KitFinding> all;
    for (const auto check : checks) {
        KitRun run(kit);  // a server and a handler of its own: no connection is left over
        check(run);
        auto found = run.take();
        if (run.server().request_count() == 0) return found;  // the others would wait in vain
        std::move(found.begin(), found.end(), std::back_inserter(all));
    }
    return all;
}

std::string to_string(const std::vector<KitFinding>& findings) {
    std::string out;
    for (const auto& finding : findings)
        out += fmt::format("{} [{}]: {}\n", finding.check, finding.wire_case, finding.what);
    return out;
}

}  // namespace capstan::testing
