#pragma once

// Tools that take a struct. Only the reading of arguments and the call of the handler depend on its
// type.

#include <capstan/json_schema.hpp>
#include <capstan/tools/registry.hpp>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace capstan::detail {

/// The type of the first parameter of a function, a lambda, or a function object.
template <class F>
struct FirstParameter : FirstParameter<decltype(&F::operator())> {};
template <class R, class A, class... Rest>
struct FirstParameter<R(A, Rest...)> {
    using type = std::remove_cvref_t<A>;
};
template <class R, class... A>
struct FirstParameter<R (*)(A...)> : FirstParameter<R(A...)> {};
template <class R, class... A>
struct FirstParameter<R (*)(A...) noexcept> : FirstParameter<R(A...)> {};
template <class R, class C, class... A>
struct FirstParameter<R (C::*)(A...)> : FirstParameter<R(A...)> {};
template <class R, class C, class... A>
struct FirstParameter<R (C::*)(A...) const> : FirstParameter<R(A...)> {};
template <class R, class C, class... A>
struct FirstParameter<R (C::*)(A...) noexcept> : FirstParameter<R(A...)> {};
template <class R, class C, class... A>
struct FirstParameter<R (C::*)(A...) const noexcept> : FirstParameter<R(A...)> {};

/// One call: the arguments, which live until it ends, and what to do with them.
class TypedCall {
public:
    TypedCall() = default;
    TypedCall(const TypedCall&) = delete;
    TypedCall& operator=(const TypedCall&) = delete;
    virtual ~TypedCall() = default;

    virtual asio::awaitable<ToolResult> start(ToolContext& context) = 0;
};

class TypedHandler {
public:
    TypedHandler() = default;
    TypedHandler(const TypedHandler&) = delete;
    TypedHandler& operator=(const TypedHandler&) = delete;
    virtual ~TypedHandler() = default;

    virtual json::object schema() const = 0;
    virtual std::string check(const json::value& arguments) const = 0;
    virtual std::unique_ptr<TypedCall> prepare(const json::value& arguments) = 0;
};

/// A tool whose schema is the handler's. Its coroutines are no templates: that spares each file
/// their compilation, and GCC a warning of every frame that a lambda is part of.
std::shared_ptr<Tool> make_typed_tool(std::string name, std::string description,
                                      std::unique_ptr<TypedHandler> handler, ToolOptions options);

asio::awaitable<ToolResult> as_result(ToolResult result);
asio::awaitable<ToolResult> as_result(asio::awaitable<std::string> operation);

inline asio::awaitable<ToolResult> as_result(asio::awaitable<ToolResult> operation) {
    return operation;
}

template <class T>
asio::awaitable<ToolResult> as_result(asio::awaitable<T> operation) {
    auto result = co_await std::move(operation);
    co_return ToolResult(std::move(result));
}

template <class F, class Args>
class HandlerOf final : public TypedHandler {
public:
    explicit HandlerOf(F handler) : handler_(std::move(handler)) {}

    json::object schema() const override { return schema_of<Args>(); }
    std::string check(const json::value& arguments) const override {
        return conversion_fault<Args>(arguments);
    }
    std::unique_ptr<TypedCall> prepare(const json::value& arguments) override {
        return std::make_unique<Call>(handler_, from_json<Args>(arguments));
    }

private:
    class Call final : public TypedCall {
    public:
        Call(F& handler, Args args) : handler_(handler), args_(std::move(args)) {}

        asio::awaitable<ToolResult> start(ToolContext& context) override {
            if constexpr (std::is_invocable_v<F&, Args, ToolContext&>) {
                return as_result(std::invoke(handler_, std::move(args_), context));
            } else {
                return as_result(std::invoke(handler_, std::move(args_)));
            }
        }

    private:
        F& handler_;
        Args args_;
    };

    F handler_;
};

}  // namespace capstan::detail

namespace capstan {

template <class F>
requires(!std::is_convertible_v<F, json::object>) ToolRegistry& ToolRegistry::add(
    std::string name, std::string description, F handler, ToolOptions options) {
    using Args = typename detail::FirstParameter<F>::type;
    return add(detail::make_typed_tool(
        std::move(name), std::move(description),
        std::make_unique<detail::HandlerOf<F, Args>>(std::move(handler)), options));
}

}  // namespace capstan
