// One question to Harbor, with HARBOR_API_KEY in the environment:
//     harbor-chat "harbor:barge-1?temperature=0.2" "Which pier?"
#include "harbor.hpp"

#include <capstan/error.hpp>
#include <capstan/reply.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: harbor-chat MODEL-URI QUESTION\n");
        return 2;
    }
    try {
        auto registry = capstan::ProviderRegistry::with_builtin();
        add_harbor(registry);
        const auto handler = registry.make_handler(argv[1]);
        std::printf("%s\n", capstan::ask(*handler, argv[2]).c_str());
    } catch (const capstan::ApiError& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
