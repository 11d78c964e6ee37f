// Damage to JPEG files: to bytes, and to what a decoder trusts.

#pragma once

#include "corpus.h"
#include "random.h"

namespace torture {

/// A copy of a file with one to four changes, some of which take pieces of `other`.
Bytes mutate(const Bytes& bytes, const Bytes& other, Random& random);

}  // namespace torture
