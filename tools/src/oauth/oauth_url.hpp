#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace capstan::oauth {

/// Names and values, in order.
using Form = std::vector<std::pair<std::string, std::string>>;

/// The first value of that name, or an empty text.
std::string form_value(const Form& form, std::string_view name);

/// Scheme and host in lower case, no usual port, no user info, no fragment, no lone slash as path.
/// Nothing if it is no absolute URL of http or https.
std::optional<std::string> canonical_url(std::string_view url);

/// scheme://host:port of a good URL, else an empty text.
std::string origin_of(std::string_view url);

/// Where the metadata of a protected resource may lie (RFC 9728 section 3.1): with its path, then
/// at the root. Best first.
std::vector<std::string> resource_metadata_urls(std::string_view server_url);

/// Where an issuer's metadata may lie: RFC 8414, OpenID Connect with the path inserted, and with
/// the path in front. Best first.
std::vector<std::string> server_metadata_urls(std::string_view issuer);

/// Whether secrets may go to `url` on behalf of `server_url`: https, or http on this machine if the
/// server is one of this machine, too.
bool is_safe_url(std::string_view url, std::string_view server_url);

/// Whether metadata for `resource` are those of the server at `server_url`: the same origin, and
/// the resource's path is that of the server, or one above it.
bool covers_server(std::string_view resource, std::string_view server_url);

/// True for an https URL with a path, without fragment and user info: one that may be a client id.
bool is_client_metadata_url(std::string_view url);

/// application/x-www-form-urlencoded; a blank is %20.
std::string form_text(const Form& form);
std::string percent_encoded(std::string_view text);

/// Adds to the query that an URL may have already.
std::string with_query(std::string_view url, const Form& form);

/// The query of a URL, decoded; nothing if the text is no URL.
std::optional<Form> query_of(std::string_view url);

}  // namespace capstan::oauth
