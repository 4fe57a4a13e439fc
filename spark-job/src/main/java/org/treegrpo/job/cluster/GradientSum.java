package org.treegrpo.job.cluster;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.job.executor.LearnedBlock;
import org.treegrpo.job.spark.HeapMemoryException;

/**
 * The sum of the shares' gradients on the driver, in the order of their tree. Long gradients are
 * fetched and added chunk by chunk: beside the sum there are never more than a few chunks here.
 */
public final class GradientSum {

  private static final int THREADS = 4;

  private final int shares;
  private final BitSet absent;
  private float[] sum = {};

  /**
   * @param absent shares that the optimiser step leaves out
   */
  public GradientSum(int shares, BitSet absent) {
    this.shares = shares;
    this.absent = absent;
  }

  /**
   * Adds up what all blocks have learned.
   *
   * @return blocks whose gradients are lost with their executor; none where the sum is there
   */
  public int[] add(List<LearnedBlock> blocks) {
    if (blocks.stream().allMatch(block -> block.stored().length == 0)) {
      PairwiseSum whole = new PairwiseSum(shares, absent);
      for (LearnedBlock block : blocks) {
        for (int i = 0; i < block.partials().length; i++) {
          whole.add(block.levels()[i], block.indices()[i], block.partials()[i]);
        }
      }
      sum = whole.result();
      return new int[0];
    }
    Set<Integer> lost = Collections.synchronizedSet(new TreeSet<>());
    LearnedBlock any =
        blocks.stream().filter(block -> block.stored().length > 0).findFirst().orElseThrow();
    int chunks = any.stored()[0].chunks();
    sum = new float[any.stored()[0].size()];
    int chunk = any.stored()[0].chunk();
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(THREADS, chunks));
    try {
      List<Future<?>> added = new ArrayList<>();
      for (int index = 0; index < chunks; index++) {
        int at = index;
        added.add(threads.submit(() -> add(blocks, at, at * chunk, lost)));
      }
      for (Future<?> one : added) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while gradients were added up", e);
    } catch (ExecutionException e) {
      HeapMemoryException.throwIfFull(e);
      throw new IllegalStateException("gradients cannot be added up", e.getCause());
    } finally {
      threads.shutdownNow();
    }
    if (!lost.isEmpty()) { // with an executor go the blocks of all its slots
      for (int block = 0; block < blocks.size(); block++) {
        if (Stream.of(blocks.get(block).stored()).anyMatch(vector -> !vector.isThere())) {
          lost.add(block);
        }
      }
    }
    return lost.stream().mapToInt(Integer::intValue).toArray();
  }

  private void add(List<LearnedBlock> blocks, int chunk, int offset, Set<Integer> lost) {
    PairwiseSum ofChunk = new PairwiseSum(shares, absent);
    for (int block = 0; block < blocks.size(); block++) {
      LearnedBlock learned = blocks.get(block);
      for (int i = 0; i < learned.stored().length; i++) {
        if (!lost.isEmpty()) {
          return; // all chunks are added up anew
        }
        Optional<float[]> values = learned.stored()[i].read(chunk);
        if (values.isEmpty()) {
          lost.add(block);
        } else {
          ofChunk.add(learned.levels()[i], learned.indices()[i], values.get());
        }
      }
    }
    if (lost.isEmpty()) {
      float[] values = ofChunk.result();
      System.arraycopy(values, 0, sum, offset, values.length);
    }
  }

  /** The sum, once nothing is lost. */
  public float[] result() {
    return sum;
  }
}
