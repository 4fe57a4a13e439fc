package org.treegrpo.job.report;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Least squares {@code y = c0 + c1 x1 + ..}.
 *
 * @param coefficients c0, c1, ..
 * @param r2 share of the variance explained
 */
record LinearFit(List<Double> coefficients, double r2) {
  private static final double RANK_TOLERANCE = 1e-9;

  /**
   * Fits, or nothing where the data cannot tell the coefficients apart or y does not vary.
   *
   * @param x {@code [observation][variable]}
   * @param y one value an observation
   */
  static Optional<LinearFit> of(double[][] x, double[] y) {
    int observations = y.length;
    if (observations < 3) {
      return Optional.empty();
    }
    int size = x[0].length + 1;
    if (observations <= size) {
      return Optional.empty();
    }
    double[] scale = scales(x);
    double[][] normal = new double[size][size + 1];
    for (int row = 0; row < observations; row++) {
      for (int i = 0; i < size; i++) {
        double left = term(x[row], scale, i);
        for (int j = 0; j < size; j++) {
          normal[i][j] += left * term(x[row], scale, j) / observations;
        }
        normal[i][size] += left * y[row] / observations;
      }
    }
    if (!eliminate(normal)) {
      return Optional.empty();
    }
    Double[] coefficients = new Double[size];
    for (int i = 0; i < size; i++) {
      coefficients[i] = normal[i][size] / (i == 0 ? 1 : scale[i - 1]);
    }
    LinearFit fit = new LinearFit(List.of(coefficients), Double.NaN);
    double mean = Arrays.stream(y).average().orElseThrow();
    double residual = 0;
    double total = 0;
    for (int row = 0; row < observations; row++) {
      double error = y[row] - fit.at(x[row]);
      residual += error * error;
      total += (y[row] - mean) * (y[row] - mean);
    }
    return total == 0
        ? Optional.empty()
        : Optional.of(new LinearFit(fit.coefficients, 1 - residual / total));
  }

  /** The fitted value. */
  double at(double... x) {
    double value = coefficients.get(0);
    for (int i = 0; i < x.length; i++) {
      value += coefficients.get(i + 1) * x[i];
    }
    return value;
  }

  private static double term(double[] x, double[] scale, int i) {
    return i == 0 ? 1 : x[i - 1] / scale[i - 1];
  }

  private static double[] scales(double[][] x) {
    double[] scale = new double[x[0].length];
    for (double[] row : x) {
      for (int i = 0; i < scale.length; i++) {
        scale[i] = Math.max(scale[i], Math.abs(row[i]));
      }
    }
    for (int i = 0; i < scale.length; i++) {
      scale[i] = scale[i] == 0 ? 1 : scale[i];
    }
    return scale;
  }

  /** Gauss-Jordan with pivoting; false where the matrix is singular. */
  private static boolean eliminate(double[][] matrix) {
    int size = matrix.length;
    for (int column = 0; column < size; column++) {
      int pivot = column;
      for (int row = column + 1; row < size; row++) {
        if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) {
          pivot = row;
        }
      }
      if (Math.abs(matrix[pivot][column]) < RANK_TOLERANCE) {
        return false;
      }
      double[] swapped = matrix[pivot];
      matrix[pivot] = matrix[column];
      matrix[column] = swapped;
      for (int row = 0; row < size; row++) {
        if (row != column) {
          double factor = matrix[row][column] / swapped[column];
          for (int j = column; j <= size; j++) {
            matrix[row][j] -= factor * swapped[j];
          }
        }
      }
    }
    for (int row = 0; row < size; row++) {
      matrix[row][size] /= matrix[row][row];
    }
    return true;
  }
}
