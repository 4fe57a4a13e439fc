package org.treegrpo.core.topology;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a node stands in its tree: the child index (0..k-1) taken at each window step; the root is
 * empty. Written {@code "0.2.1"}; the root is {@code ""}.
 */
public record NodePath(int[] indices) {

  private static final Pattern DOT = Pattern.compile("\\.");

  public static final NodePath ROOT = new NodePath(new int[0]);

  /**
   * Parses the written form.
   *
   * @throws NumberFormatException if it is malformed
   */
  public static NodePath parse(String path) {
    return path.isEmpty()
        ? ROOT
        : new NodePath(DOT.splitAsStream(path).mapToInt(Integer::parseInt).toArray());
  }

  /** Number of window steps taken. */
  public int depth() {
    return indices.length;
  }

  public NodePath child(int index) {
    int[] longer = Arrays.copyOf(indices, indices.length + 1);
    longer[indices.length] = index;
    return new NodePath(longer);
  }

  /** The parent; the root has none. */
  public NodePath parent() {
    if (indices.length == 0) {
      throw new IllegalStateException("the root has no parent");
    }
    return new NodePath(Arrays.copyOf(indices, indices.length - 1));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodePath path && Arrays.equals(indices, path.indices);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(indices);
  }

  @Override
  public String toString() {
    return Arrays.stream(indices).mapToObj(Integer::toString).collect(Collectors.joining("."));
  }
}
