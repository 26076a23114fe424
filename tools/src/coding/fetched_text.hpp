#pragma once

#include <string>
#include <string_view>

namespace capstan::coding {

/// True for media types whose content can be read: text/*, JSON, XML, scripts, and none at all.
bool is_text_type(std::string_view content_type);

/// The body as text: HTML made readable, Latin-1 and Windows-1252 turned into UTF-8. Throws
/// WorkspaceError for binary content.
std::string fetched_text(std::string_view content_type, std::string body);

/// `location` as a browser would understand it at `base`, without its fragment. Throws
/// WorkspaceError for what is no http or https URL.
std::string resolved_url(std::string_view base, std::string_view location);
/// Of a URL that resolved_url() gave.
std::string host_of(std::string_view url);

}  // namespace capstan::coding
