package org.treegrpo.job.train;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.treegrpo.job.train.GaussianData.Law;
import org.treegrpo.job.train.GaussianRun.Leaf;

/**
 * Estimates of a law's moments from the leaves of independent trees, with their standard errors
 * under that law. The elements of an image are independent, the leaves of a tree are not.
 *
 * @param trees of the same shape
 * @param law whose mean is taken as known
 */
record LeafMoments(List<List<Leaf>> trees, Law law) {

  double mean() {
    return averageOverTrees(tree -> average(tree, Leaf::mean));
  }

  double variance() {
    return averageOverTrees(tree -> average(tree, leaf -> leaf.squaredDistance(law.mean())));
  }

  /**
   * From one pair of leaves of each tree: the covariance of two images' means is the elements'
   * divided by their number.
   */
  double covariance(int sharedDepth) {
    return averageOverTrees(
        tree -> {
          Leaf first = tree.get(0);
          Leaf second =
              tree.stream()
                  .filter(leaf -> first.sharedDepth(leaf) == sharedDepth)
                  .findFirst()
                  .orElseThrow();
          return (first.mean() - law.mean()) * (second.mean() - law.mean()) * GaussianRun.ELEMENTS;
        });
  }

  /** Depths at which two different leaves of a tree may part. */
  List<Integer> sharedDepths() {
    List<Leaf> tree = trees.get(0);
    return tree.stream()
        .skip(1)
        .map(leaf -> tree.get(0).sharedDepth(leaf))
        .distinct()
        .sorted()
        .toList();
  }

  /** An element's mean over a tree has the mean covariance of all pairs of leaves as variance. */
  double meanError() {
    return Math.sqrt(averageOverPairs(covariance -> covariance) / elements());
  }

  /** Two squared Gaussians of covariance c have the covariance 2 c^2. */
  double varianceError() {
    return Math.sqrt(averageOverPairs(covariance -> 2 * covariance * covariance) / elements());
  }

  /** The product of two Gaussians of variance v and covariance c has the variance v^2 + c^2. */
  double covarianceError(int sharedDepth) {
    double covariance = law.covariance()[sharedDepth];
    return Math.sqrt((law.variance() * law.variance() + covariance * covariance) / trees.size());
  }

  private double elements() {
    return (double) trees.size() * GaussianRun.ELEMENTS;
  }

  private double averageOverTrees(ToDoubleFunction<List<Leaf>> value) {
    return average(trees, value);
  }

  /** Over all pairs of leaves of a tree, each with itself included. */
  private double averageOverPairs(DoubleUnaryOperator value) {
    List<Leaf> tree = trees.get(0);
    return average(
        tree, a -> average(tree, b -> value.applyAsDouble(law.covariance()[a.sharedDepth(b)])));
  }

  private static <T> double average(List<T> values, ToDoubleFunction<T> value) {
    return values.stream().mapToDouble(value).average().orElseThrow();
  }
}
