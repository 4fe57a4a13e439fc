package org.treegrpo.job.round;

import java.util.List;
import org.treegrpo.core.topology.TreeSeed;

/**
 * The unit of work, of retry and of summation: a fixed set of trees, or a subtree of one.
 *
 * @param index position in the round, 0 .. S-1
 * @param seeds what grows
 */
public record Share(int index, List<TreeSeed> seeds) {

  public Share {
    seeds = List.copyOf(seeds);
  }
}
