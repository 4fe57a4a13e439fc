package org.treegrpo.core.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;

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

  /**
   * The layout of parameters one after the other.
   *
   * @throws ArithmeticException if they have 2^31 elements or more
   */
  public static ParameterLayout of(List<Parameter> parameters) {
    List<Entry> entries = new ArrayList<>();
    int offset = 0;
    for (Parameter parameter : parameters) {
      int length = Math.toIntExact(parameter.size());
      entries.add(new Entry(parameter.name(), parameter.shape(), offset, length));
      offset = Math.addExact(offset, length);
    }
    return new ParameterLayout(entries);
  }

  /** The tensors, by index, in which a flat vector has an element that is not 0. */
  public BitSet nonZero(float[] vector) {
    BitSet tensors = new BitSet(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      int element = entry.offset();
      int end = entry.offset() + entry.length();
      while (element < end && vector[element] == 0) {
        element++;
      }
      tensors.set(i, element < end);
    }
    return tensors;
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
