#pragma once

#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openai_compatible.hpp>

#include <string>
#include <string_view>

namespace capstan::compatible {

/// Where the requests go: the settings' base URL, else OPENAI_BASE_URL (`environment_url`), else
/// that of the flavour. Without a slash at its end.
std::string choose_base_url(const OpenAiCompatibleOptions& options,
                            std::string_view environment_url);

/// Whose address this is, as far as host and port tell; else automatic.
OpenAiFlavour flavour_of_url(std::string_view base_url);

/// Who is there, in words, and where its key is found. A hosted service's variable is named for
/// that service's own host only, so that no key goes to a stranger; `own_url`: the base URL is
/// OPENAI_BASE_URL, which goes with OPENAI_API_KEY.
ProviderSite site_of(OpenAiFlavour flavour, std::string_view base_url, bool own_url);

/// The base URL without "/v1": where servers have their own routes.
std::string root_of(std::string_view base_url);

}  // namespace capstan::compatible
