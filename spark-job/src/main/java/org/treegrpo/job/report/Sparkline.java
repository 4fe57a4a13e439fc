package org.treegrpo.job.report;

import java.util.List;

/** A line without axes, as high as a line of text. */
final class Sparkline {
  private static final int WIDTH = 120;
  private static final int HEIGHT = 30;
  private static final int MARGIN = 3;

  private Sparkline() {}

  /**
   * The SVG; nothing where there is no value.
   *
   * @param label what is drawn, for those who do not see it
   */
  static String svg(List<Double> values, String label) {
    if (values.isEmpty()) {
      return "";
    }
    double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double greatest = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      double x = values.size() == 1 ? 0.5 : (double) i / (values.size() - 1);
      double y = greatest > least ? (greatest - values.get(i)) / (greatest - least) : 0.5;
      points.append(LineChart.at(MARGIN + x * (WIDTH - 2 * MARGIN))).append(',');
      points.append(LineChart.at(MARGIN + y * (HEIGHT - 2 * MARGIN))).append(' ');
    }
    int last = points.lastIndexOf(" ", points.length() - 2) + 1;
    String[] end = points.substring(last).trim().split(",", -1);
    return new Html()
        .format(
            "<svg class=\"spark\" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\" role=\"img\""
                + " aria-label=\"%s\"><polyline points=\"%s\"/><circle cx=\"%s\" cy=\"%s\" r=\"2.5\"/>"
                + "</svg>",
            WIDTH, HEIGHT, WIDTH, HEIGHT, label, points.toString().trim(), end[0], end[1])
        .toString();
  }
}
