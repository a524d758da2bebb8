// The folder connector: the way in for a feed of one's own. Files of NDJSON, one mention a line
// (bus/mention.h; only `text` is required), are dropped into a directory, best by rename, or
// appended to.
//
// The rules. Regular files are read in the order of their names; hidden ones, *.tmp and *.part are
// not there yet. The cursor holds, for each file in the directory, how many bytes were read: so a
// file may grow, and one that sorts below those already read is still found. A file that became
// shorter is read from its beginning. A line counts when its newline is there, or when it is a
// whole JSON object already; any other rest waits for the file to grow and is never guessed at. An
// empty line is nothing. A line over one slice is rejected, and what follows it is read.
//
// Left out of a line: `network` is "folder", `posted_at` is when it was read, `id` is made of the
// line's bytes, so the same line twice is one mention; `revision`, where an id is given, of the
// content, so a second line with that id is an edit. Ids get the network in front if they have not.
//
// Pure: the poller reads the directory (connectors/directory.h).
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace maitred {

inline constexpr size_t kSliceMax = 1 << 20;  // bytes read at once, and the longest line
inline constexpr size_t kFilesMax =
    1500;  // remembered in the cursor; the directory may hold no more

std::unique_ptr<Connector> make_folder(SourceSettings settings);

}  // namespace maitred
