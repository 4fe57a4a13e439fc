package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Round values along an axis.
 *
 * @param values ascending and evenly spaced; the first and last enclose the data
 */
record Ticks(List<Double> values) {
  private static final int WANTED = 4;

  static Ticks between(double min, double max) {
    double low = min;
    double high = max;
    if (high - low < 1e-12 * Math.max(1e-3, Math.abs(high))) {
      double margin = high == 0 ? 1 : Math.abs(high) * 0.1;
      low -= margin;
      high += margin;
    }
    double raw = (high - low) / WANTED;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double mantissa = raw / power;
    double step = power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
    long first = (long) Math.floor(low / step + 1e-9);
    long last = (long) Math.ceil(high / step - 1e-9);
    List<Double> values = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      values.add(i * step);
    }
    return new Ticks(values);
  }

  double min() {
    return values.get(0);
  }

  double max() {
    return values.get(values.size() - 1);
  }
}
