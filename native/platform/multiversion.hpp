// Compiles a function once for each generation of x86-64 and lets the loader pick.
//
// Every version does the same arithmetic in the same order (no contraction, no reassociation), so the choice changes
// the time and never the bytes. Other compilers and processors get the one plain version.
#pragma once

#include <cstdlib>  // defines __GLIBC__ where the loader can choose between versions (ifunc)

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && defined(__GNUC__) && __GNUC__ >= 12 && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define BEHOLDER_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BEHOLDER_MULTIVERSION
#endif
