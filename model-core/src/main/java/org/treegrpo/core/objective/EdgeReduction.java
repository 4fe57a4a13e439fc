package org.treegrpo.core.objective;

/** How the edges of one tree add up to its loss ({@code update.edge-reduction}). */
public enum EdgeReduction {
  /** Mean over the tree's unmasked edges, the default. */
  MEAN("mean"),
  /** Sum over the tree's unmasked edges, as Algorithm 1 of TreeGRPO prints it. */
  SUM("sum");

  private final String label;

  EdgeReduction(String label) {
    this.label = label;
  }

  /** The name used in the configuration. */
  public String label() {
    return label;
  }

  /** Parses the name used in the configuration. */
  public static EdgeReduction of(String label) {
    return switch (label) {
      case "mean" -> MEAN;
      case "sum" -> SUM;
      default ->
          throw new IllegalArgumentException(
              "edge-reduction: '%s' is not one of mean, sum".formatted(label));
    };
  }
}
