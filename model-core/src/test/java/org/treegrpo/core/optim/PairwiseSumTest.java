package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.optim.PairwiseSum.Node;
import org.treegrpo.core.optim.PairwiseSum.Partial;

class PairwiseSumTest {

  private static final int LENGTH = 3;

  @Test
  void addsInPairsNotInSequence() {
    PairwiseSum sum = new PairwiseSum(4);
    float[] shares = {1e8f, 1, -1e8f, 1};
    for (int share = 0; share < shares.length; share++) {
      sum.add(0, share, new float[] {shares[share]});
    }
    assertThat(sum.result()).as("(1e8 + 1) + (-1e8 + 1) in float").containsExactly(0f);
  }

  @Property(tries = 300)
  void anyArrivalOrderGivesTheSameBits(
      @ForAll @IntRange(min = 1, max = 40) int total, @ForAll long seed) {
    float[][] shares = shares(total, seed);
    PairwiseSum sum = new PairwiseSum(total);
    List<Integer> order = new ArrayList<>(IntStream.range(0, total).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    order.forEach(share -> sum.add(0, share, shares[share].clone()));
    assertThat(sum.result()).as("sum in order %s", order).containsExactly(reference(shares));
  }

  @Property(tries = 300)
  void anyPartitionIntoBlocksGivesTheSameBits(
      @ForAll @IntRange(min = 1, max = 40) int total, @ForAll long seed) {
    float[][] shares = shares(total, seed);
    Random random = new Random(seed);
    List<Partial> arrivals = new ArrayList<>();
    int from = 0;
    while (from < total) {
      int to = from + 1 + random.nextInt(total - from);
      PairwiseSum block = new PairwiseSum(total);
      for (int share = to - 1; share >= from; share--) {
        block.add(0, share, shares[share].clone());
      }
      arrivals.addAll(block.partials());
      from = to;
    }
    Collections.shuffle(arrivals, random);
    PairwiseSum sum = new PairwiseSum(total);
    arrivals.forEach(p -> sum.add(p.node().level(), p.node().index(), p.sum()));
    assertThat(sum.complete()).as("complete").isTrue();
    assertThat(sum.result()).as("sum of blocks").containsExactly(reference(shares));
  }

  @Property(tries = 300)
  void theNodesOfABlockAreExactDisjointAndMaximal(
      @ForAll @IntRange(min = 1, max = 70) int total, @ForAll long seed) {
    Random random = new Random(seed);
    int from = random.nextInt(total + 1);
    int to = from + random.nextInt(total - from + 1);
    List<Node> nodes = nodesOf(from, to, total);
    int next = from;
    for (Node node : nodes) {
      assertThat(node.from()).as("nodes follow one another").isEqualTo(next);
      next = node.to(total);
      int parentFrom = (node.index() / 2) << (node.level() + 1);
      int parentTo = Math.min(parentFrom + (2 << node.level()), total);
      boolean root = node.from() == 0 && node.to(total) == total;
      assertThat(root || parentFrom < from || parentTo > to)
          .as("the parent of %s is not within the block", node)
          .isTrue();
    }
    assertThat(next).as("end of the block").isEqualTo(to);
  }

  @Test
  void nodesOfEightSharesWithoutTheFirst() {
    assertThat(nodesOf(1, 8, 8))
        .as("1, 2-3, 4-7")
        .containsExactly(new Node(0, 1), new Node(1, 1), new Node(2, 1));
    assertThat(nodesOf(4, 5, 5))
        .as("a last share stands for its padded subtree")
        .containsExactly(new Node(2, 1));
    assertThat(nodesOf(3, 3, 5)).as("empty block").isEmpty();
  }

  @Test
  void countsEachShareOnce() {
    PairwiseSum sum = new PairwiseSum(4);
    sum.add(0, 2, new float[1]);
    assertThatThrownBy(() -> sum.add(1, 1, new float[1]))
        .as("a node over a share that is in already")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("share 2 arrived twice");
  }

  @Test
  void refusesAResultWithAMissingShare() {
    PairwiseSum sum = new PairwiseSum(3);
    sum.add(0, 0, new float[1]);
    sum.add(0, 2, new float[1]);
    assertThatThrownBy(sum::result)
        .as("share 1 is missing")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("share 1 of 3");
  }

  @Test
  void refusesNodesAndGradientsThatDoNotFit() {
    PairwiseSum sum = new PairwiseSum(3);
    sum.add(0, 0, new float[2]);
    assertThatThrownBy(() -> sum.add(0, 1, new float[3]))
        .as("length")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 3 elements");
    assertThatThrownBy(() -> sum.add(0, 3, new float[2]))
        .as("beyond the last share")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tree of 3 shares");
    assertThatThrownBy(() -> sum.add(3, 0, new float[2]))
        .as("above the root")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("level 3");
  }

  /** What an executor with a block of shares returns. */
  private static List<Node> nodesOf(int from, int to, int total) {
    PairwiseSum block = new PairwiseSum(total);
    for (int share = from; share < to; share++) {
      block.add(0, share, new float[1]);
    }
    return block.partials().stream().map(Partial::node).toList();
  }

  private static float[][] shares(int total, long seed) {
    Random random = new Random(seed);
    float[][] shares = new float[total][LENGTH];
    for (float[] share : shares) {
      for (int i = 0; i < LENGTH; i++) {
        share[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9)));
      }
    }
    return shares;
  }

  /** The definition: halves of the padded range, added left plus right. */
  private static float[] reference(float[][] shares) {
    int padded = Math.max(1, Integer.highestOneBit(Math.max(1, shares.length - 1)) * 2);
    return reference(shares, 0, shares.length == 1 ? 1 : padded);
  }

  private static float[] reference(float[][] shares, int from, int size) {
    if (size == 1) {
      return shares[from].clone();
    }
    float[] left = reference(shares, from, size / 2);
    if (from + size / 2 >= shares.length) {
      return left;
    }
    float[] right = reference(shares, from + size / 2, size / 2);
    for (int i = 0; i < LENGTH; i++) {
      left[i] = left[i] + right[i];
    }
    return left;
  }

  /** As with an optimiser step that learns from some of the shares. */
  @Property(tries = 200)
  void absentSharesArePaddingAndTheBlocksDoNotMatter(
      @ForAll @IntRange(min = 2, max = 40) int total, @ForAll long seed) {
    Random random = new Random(seed);
    BitSet absent = new BitSet();
    for (int share = 0; share < total; share++) {
      absent.set(share, random.nextBoolean());
    }
    absent.clear(random.nextInt(total));
    float[][] gradients = new float[total][1];
    PairwiseSum alone = new PairwiseSum(total, absent);
    for (int share = 0; share < total; share++) {
      gradients[share][0] = (float) random.nextGaussian();
      if (!absent.get(share)) {
        alone.add(0, share, gradients[share].clone());
      }
    }
    int cut = random.nextInt(total + 1);
    PairwiseSum driver = new PairwiseSum(total, absent);
    for (int[] block : new int[][] {{cut, total}, {0, cut}}) {
      PairwiseSum executor = new PairwiseSum(total, absent);
      for (int share = block[0]; share < block[1]; share++) {
        if (!absent.get(share)) {
          executor.add(0, share, gradients[share].clone());
        }
      }
      executor.partials().forEach(p -> driver.add(p.node().level(), p.node().index(), p.sum()));
    }
    assertThat(driver.complete()).as("without the absent ones").isTrue();
    assertThat(driver.result()).as("cut at %d", cut).containsExactly(alone.result());
    double sum = 0;
    for (int share = 0; share < total; share++) {
      sum += absent.get(share) ? 0 : gradients[share][0];
    }
    assertThat((double) alone.result()[0]).as("the sum").isCloseTo(sum, within(1e-4));
    if (!absent.isEmpty()) {
      assertThatThrownBy(() -> alone.add(0, absent.nextSetBit(0), new float[1]))
          .as("an absent share")
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
