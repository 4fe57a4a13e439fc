package org.treegrpo.job.metrics;

import java.util.List;

/**
 * {@code compare.json}: what a comparison compares, and where its members lie.
 *
 * @param seeds of each variant
 * @param budget the key and value of what each member may spend
 * @param members in the order of variants and seeds
 */
public record ComparisonIndex(List<Integer> seeds, Limit budget, List<Member> members) {

  public ComparisonIndex {
    seeds = List.copyOf(seeds);
    members = List.copyOf(members);
  }

  /**
   * What each member may spend.
   *
   * @param of {@code seconds}, {@code evaluations} or {@code images}
   */
  public record Limit(String of, double value) {}

  /**
   * A variant with a seed.
   *
   * @param path of its run directory, relative to the comparison's
   */
  public record Member(String variant, int seed, String path) {}

  /** Names of the variants, in their order. */
  public List<String> variants() {
    return members.stream().map(Member::variant).distinct().toList();
  }
}
