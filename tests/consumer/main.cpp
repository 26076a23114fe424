// A user's program: it compiles against the public headers and links whatever they need.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/tools/coding_tools.hpp>

#include <cstdio>
#include <memory>

int main() {
    capstan::OpenRouterOptions options;
    options.api_key = "not-a-key";
    options.model = "openai/gpt-5-mini";
    capstan::OpenRouterHandler handler(options);
    capstan::ToolRegistry tools;
    capstan::add_coding_tools(tools, std::make_shared<capstan::Workspace>("."));
    const capstan::Agent agent(handler, tools);
    std::printf("capstan %s, %s, %zu tools\n", CAPSTAN_VERSION, handler.options().model.c_str(),
                agent.tools().tools().size());
}
