package org.treegrpo.core.optim;

import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The sum of the share gradients in an order that depends on the number of shares only: a binary
 * tree over shares 0 .. S-1, padded to a power of two with shares that are skipped. Subtrees may
 * arrive in any order and any aligned grouping; siblings merge as soon as both are there, so the
 * result is the same to the bit. Not thread-safe.
 */
public final class PairwiseSum {

  private final int total;
  private final BitSet absent;
  private final int height;
  private final BitSet received;
  private final SortedMap<Node, float[]> pending = new TreeMap<>();
  private int length = -1;

  /**
   * A node of the tree: shares {@code [index 2^level, (index + 1) 2^level)} as far as they exist.
   * Nodes are ordered by their first share.
   */
  public record Node(int level, int index) implements Comparable<Node>, Serializable {

    public Node {
      if (level < 0 || level > 30 || index < 0 || (long) index << level > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "no share tree has a node at level %d, index %d".formatted(level, index));
      }
    }

    /** First share below this node. */
    public int from() {
      return index << level;
    }

    /** One past the last share below this node, of {@code total} shares. */
    public int to(int total) {
      return (int) Math.min((index + 1L) << level, total);
    }

    private Node parent() {
      return new Node(level + 1, index / 2);
    }

    private Node sibling() {
      return new Node(level, index ^ 1);
    }

    @Override
    public int compareTo(Node other) {
      int order = Integer.compare(from(), other.from());
      return order != 0 ? order : Integer.compare(level, other.level);
    }
  }

  /** The sum over one node's shares: the live array, not a copy. */
  public static final class Partial {

    private final Node node;
    private final float[] sum;

    private Partial(Node node, float[] sum) {
      this.node = node;
      this.sum = sum;
    }

    public Node node() {
      return node;
    }

    public float[] sum() {
      return sum;
    }
  }

  /** An empty sum of {@code total} shares. */
  public PairwiseSum(int total) {
    this(total, new BitSet());
  }

  /**
   * An empty sum of some of the shares.
   *
   * @param absent those that are left out, as if the tree had been padded with them; not all
   */
  public PairwiseSum(int total, BitSet absent) {
    this.height = height(total);
    this.total = total;
    this.absent = (BitSet) absent.clone();
    this.received = new BitSet(total);
  }

  /**
   * Adds the sum of a complete subtree; level 0 is a single share.
   *
   * @param partial taken over and added into in place; all have the same length
   * @throws IllegalStateException if one of its shares has been added before
   */
  public void add(int level, int index, float[] partial) {
    Node node = new Node(level, index);
    if (level > height || isAbsent(node)) {
      throw new IllegalArgumentException(
          "no node at level %d, index %d in a tree of %d shares".formatted(level, index, total));
    }
    if (length >= 0 && partial.length != length) {
      throw new IllegalArgumentException(
          "the gradient of shares %d to %d has %d elements, the ones before %d; they must agree"
              .formatted(node.from(), node.to(total) - 1, partial.length, length));
    }
    int repeated = received.nextSetBit(node.from());
    if (repeated >= 0 && repeated < node.to(total)) {
      throw new IllegalStateException(
          "share %d arrived twice; each share counts once".formatted(repeated));
    }
    length = partial.length;
    received.set(node.from(), node.to(total));
    merge(node, partial);
  }

  private void merge(Node start, float[] partial) {
    Node node = start;
    while (node.level() < height) {
      Node sibling = node.sibling();
      if (!isAbsent(sibling)) {
        float[] other = pending.remove(sibling);
        if (other == null) {
          break;
        }
        addInto(partial, other);
      }
      node = node.parent();
    }
    pending.put(node, partial);
  }

  private boolean isAbsent(Node node) {
    return node.from() >= total || absent.nextClearBit(node.from()) >= node.to(total);
  }

  /** Which sibling is added into which does not matter: a + b and b + a have the same bits. */
  private static void addInto(float[] sum, float[] sibling) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += sibling[i];
    }
  }

  /** Whether every share is in. */
  public boolean complete() {
    return firstMissing() >= total;
  }

  private int firstMissing() {
    BitSet known = (BitSet) received.clone();
    known.or(absent);
    return known.nextClearBit(0);
  }

  /**
   * The sum of all shares.
   *
   * @throws IllegalStateException if a share is missing
   */
  public float[] result() {
    if (!complete()) {
      throw new IllegalStateException(
          "share %d of %d has not arrived".formatted(firstMissing(), total));
    }
    // Of a complete sum only the root is left.
    return pending.values().iterator().next();
  }

  /**
   * What has been merged so far, in share order: what an executor returns for its block of shares.
   * For a contiguous block these are the maximal nodes that make it up; a node that reaches beyond
   * the last share, or holds absent ones, is complete without them.
   */
  public List<Partial> partials() {
    return pending.entrySet().stream().map(e -> new Partial(e.getKey(), e.getValue())).toList();
  }

  private static int height(int total) {
    if (total < 1 || total > 1 << 30) {
      throw new IllegalArgumentException(
          "the number of shares must be at least 1 and at most 2^30, was " + total);
    }
    return 32 - Integer.numberOfLeadingZeros(total - 1);
  }
}
