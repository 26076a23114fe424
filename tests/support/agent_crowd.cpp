#include "agent_crowd.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace capstan::testing {
namespace {

constexpr std::string_view question_start = "You are number ";

std::string question_of(std::size_t number) {
    return std::string(question_start) + std::to_string(number) + '.';
}

std::string call_id(std::size_t number, std::size_t step) {
    return fmt::format("call_{}_{}", number, step);
}

std::string arguments_of(std::size_t number, std::size_t step) {
    return fmt::format(R"({{"number": {}, "step": {}, "why": "Number {} counts in step {}."}})",
                       number, step, number, step);
}

std::string result_of(std::size_t number, std::size_t step) {
    return fmt::format("Number {} has counted to {}.", number, step);
}

std::string text_of(std::size_t number, std::size_t step) {
    return fmt::format("Number {} goes on with step {} of its own.", number, step);
}

std::string last_text(std::size_t number) { return fmt::format("Number {} is done.", number); }

void expect(bool held, std::string_view what) {
    if (!held) throw std::invalid_argument(std::string(what));
}

void expect_equal(const json::value& found, const std::string& wanted) {
    if (found != json::string_view(wanted))
        throw std::invalid_argument("not \"" + wanted + "\": " + to_json_text(found));
}

std::size_t number_in(const json::value& question) {
    const std::string_view text(question.as_string());
    std::size_t number = 0;
    expect(text.starts_with(question_start), "another question");
    std::from_chars(text.data() + question_start.size(), text.data() + text.size(), number);
    expect_equal(question, question_of(number));
    return number;
}

void check_turn(const json::array& messages, std::size_t number, std::size_t step) {
    const auto& call = messages.at(2 * step - 1).as_object();
    expect_equal(call.at("content"), text_of(number, step));
    expect(call.at("tool_calls").as_array().size() == 1, "not one call");
    const auto& made = call.at("tool_calls").as_array()[0].as_object();
    expect_equal(made.at("id"), call_id(number, step));
    expect_equal(made.at("function").as_object().at("arguments"), arguments_of(number, step));
    const auto& result = messages.at(2 * step).as_object();
    expect_equal(result.at("tool_call_id"), call_id(number, step));
    expect_equal(result.at("content"), result_of(number, step));
}

Answer next_answer(const json::array& messages, std::size_t steps) {
    const auto number = number_in(messages.at(0).as_object().at("content"));
    const auto step = messages.size() / 2;
    expect(messages.size() == 2 * step + 1, "a call without its result");
    for (std::size_t before = 1; before <= step; ++before) check_turn(messages, number, before);
    if (step == steps) return text_answer(last_text(number));
    AnswerToolCall call(call_id(number, step + 1), "count", arguments_of(number, step + 1));
    std::vector<AnswerToolCall> calls;
    calls.push_back(std::move(call));
    return tool_call_answer(std::move(calls), text_of(number, step + 1));
}

}  // namespace

SimResponse crowd_answer(const SimRequest& request, std::size_t steps) {
    try {
        const auto body = request.json();
        return next_answer(body.at("messages").as_array(), steps).answer(request);
    } catch (const std::exception& error) {
        return error_answer(400, error.what());
    }
}

Meeting::Meeting(asio::io_context& io, std::size_t expected)
    : timer_(io, asio::steady_timer::time_point::max()), missing_(expected) {}

asio::awaitable<void> Meeting::pass() {
    if (--missing_ == 0) {
        timer_.cancel();
        co_return;
    }
    boost::system::error_code error;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

/// Refuses what is not of its own agent.
class CrowdMember::Counter final : public Tool {
public:
    explicit Counter(CrowdMember& member) : member_(member) {
        definition_.name = "count";
        definition_.description = "Counts one further.";
    }
    const FunctionTool& definition() const override { return definition_; }
    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override {
        const auto step = ++counted_;
        const auto number = member_.number_;
        if (context.call_id != call_id(number, step) ||
            context.arguments != arguments_of(number, step) ||
            arguments.at("number").to_number<std::size_t>() != number)
            co_return ToolResult::error("a call of another agent: " + context.call_id);
        if (member_.meeting_ && step == (member_.steps_ + 1) / 2) {
            auto meeting = member_.meeting_->pass();
            co_await std::move(meeting);
        }
        co_await asio::post(asio::use_awaitable);
        co_return ToolResult(result_of(number, step));
    }

private:
    CrowdMember& member_;
    FunctionTool definition_;
    std::size_t counted_ = 0;
};

CrowdMember::CrowdMember(std::size_t number, std::size_t steps)
    : number_(number), steps_(steps), tool_(std::make_shared<Counter>(*this)) {}

asio::awaitable<void> CrowdMember::run(const Agent& agent) {
    try {
        auto stream = agent.run(question_of(number_));
        while (auto event = co_await stream.next()) see(*event);
        compare();
        if (!done_ && fault_.empty()) fault_ = "the run ended without Done";
        transcript_bytes_ = stream.run().transcript().to_json_text().size();
    } catch (const std::exception& error) {
        if (fault_.empty()) fault_ = error.what();
    }
}

/// Pieces of a text or of a call are joined: how they are cut is the network's affair.
void CrowdMember::see(const AgentEvent& event) {
    using namespace agent_event;
    if (const auto* started = std::get_if<StepStarted>(&event)) {
        if (step_ > 0) compare();
        ++step_;
        seen_ = fmt::format("step {}: ", started->step);
    } else if (const auto* text = std::get_if<Text>(&event)) {
        seen_ += text->text;
    } else if (const auto* piece = std::get_if<ToolCallFragment>(&event)) {
        seen_ += piece->id + piece->name + piece->arguments;
    } else if (const auto* answer = std::get_if<agent_event::Answer>(&event)) {
        seen_ += " answer " + capstan::text_of(answer->message.content);
        for (const auto& call : answer->message.tool_calls) seen_ += call.id + call.arguments;
    } else if (const auto* usage = std::get_if<StepUsage>(&event)) {
        seen_ += fmt::format(" usage {}", usage->totals.steps);
    } else if (const auto* begun = std::get_if<ToolStarted>(&event)) {
        seen_ += " started " + begun->call.id;
    } else if (const auto* ended = std::get_if<ToolFinished>(&event)) {
        seen_ += " finished " + ended->call.id + capstan::text_of(ended->outcome.content);
    } else if (const auto* last = std::get_if<Done>(&event)) {
        seen_ += " done " + last->sentence + last->text;
        done_ = last->reason == StopReason::answered;
    } else {
        seen_ += " another event";
    }
}

/// What a whole step should have told.
std::string CrowdMember::due() const {
    if (step_ > steps_) {
        const auto text = last_text(number_);
        return fmt::format("step {}: {} answer {} usage {} done The model has answered.{}", step_,
                           text, text, step_, text);
    }
    const auto id = call_id(number_, step_);
    const auto text = text_of(number_, step_);
    const auto arguments = arguments_of(number_, step_);
    return fmt::format("step {}: {}{}count{} answer {}{}{} usage {} started {} finished {}{}",
                       step_, text, id, arguments, text, id, arguments, step_, id, id,
                       result_of(number_, step_));
}

void CrowdMember::compare() {
    if (fault_.empty() && seen_ != due())
        fault_ = fmt::format("number {} saw \"{}\" instead of \"{}\"", number_, seen_, due());
}

}  // namespace capstan::testing
