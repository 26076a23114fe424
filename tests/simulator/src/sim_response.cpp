#include <capstan/testing/sim_response.hpp>

#include <utility>

namespace capstan::testing {

namespace {

Step step(Step::Kind kind) {
    Step result;
    result.kind = kind;
    return result;
}

}  // namespace

Step send(std::string bytes) {
    auto result = step(Step::Kind::send);
    result.bytes = std::move(bytes);
    return result;
}

Step wait(std::chrono::microseconds pause) {
    auto result = step(Step::Kind::wait);
    result.pause = pause;
    return result;
}

Step hold(Latch latch) {
    auto result = step(Step::Kind::latch);
    result.gate = std::move(latch);
    return result;
}

Step produce(std::function<std::optional<std::string>()> next, std::chrono::microseconds pause) {
    auto result = step(Step::Kind::produce);
    result.next = std::move(next);
    result.pause = pause;
    return result;
}

Step close_connection() { return step(Step::Kind::close); }
Step reset_connection() { return step(Step::Kind::reset); }
Step silence() { return step(Step::Kind::silence); }

Split Split::every(std::size_t bytes) {
    Split split;
    split.kind_ = Kind::every;
    split.size_ = bytes == 0 ? 1 : bytes;
    return split;
}

Split Split::random(std::uint64_t seed, std::size_t max_bytes) {
    Split split;
    split.kind_ = Kind::random;
    split.seed_ = seed;
    split.size_ = max_bytes == 0 ? 1 : max_bytes;
    return split;
}

Split Split::sizes(std::vector<std::size_t> sizes, std::vector<std::chrono::microseconds> pauses) {
    Split split;
    split.kind_ = Kind::sizes;
    split.sizes_ = std::move(sizes);
    split.pauses_ = std::move(pauses);
    return split;
}

Split& Split::with_pause(std::chrono::microseconds pause) {
    pause_ = pause;
    return *this;
}

SimResponse& SimResponse::with_header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

SimResponse& SimResponse::with_split(Split value) {
    split = std::move(value);
    return *this;
}

SimResponse& SimResponse::with_step(Step value) {
    body.push_back(std::move(value));
    return *this;
}

std::string SimResponse::body_bytes() const {
    std::string bytes;
    for (const auto& part : body)
        if (part.kind == Step::Kind::send) bytes += part.bytes;
    return bytes;
}

}  // namespace capstan::testing
