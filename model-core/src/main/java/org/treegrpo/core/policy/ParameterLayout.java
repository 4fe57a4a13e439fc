package org.treegrpo.core.policy;

import java.util.List;

/**
 * Where each trainable tensor lies in the flat float32 vector of all of them. The vector is what is
 * broadcast, summed, clipped and stepped; its order is the module's own parameter order.
 */
public record ParameterLayout(List<Entry> entries) {

  /** One tensor: elements {@code [offset, offset + length)} of the flat vector. */
  public record Entry(String name, long[] shape, int offset, int length) {}

  public ParameterLayout {
    entries = List.copyOf(entries);
    int expected = 0;
    for (Entry entry : entries) {
      if (entry.offset() != expected) {
        throw new IllegalArgumentException(
            "parameter %s starts at %d, expected %d"
                .formatted(entry.name(), entry.offset(), expected));
      }
      expected = Math.addExact(expected, entry.length());
    }
  }

  /** Number of float32 elements of the flat vector. */
  public int size() {
    if (entries.isEmpty()) {
      return 0;
    }
    Entry last = entries.get(entries.size() - 1);
    return last.offset() + last.length();
  }
}
