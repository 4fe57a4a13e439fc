package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** A line chart as inline SVG: rounds to the right, values upwards. */
public final class LineChart {
  private static final int LEFT = 46;
  private static final int RIGHT = 10;
  private static final int TOP = 8;
  private static final int BOTTOM = 26;

  /**
   * One line. NaN values leave gaps.
   *
   * @param name for the reader of the tooltip
   * @param colour CSS colour
   * @param dashed whether it is dashed
   * @param points in ascending order of x
   */
  public record Series(String name, String colour, boolean dashed, List<Point> points) {}

  /** A point; {@code spread} is the half height of the band around it, 0 for none. */
  public record Point(double x, double y, double spread) {}

  private final int width;
  private final int height;
  private final String xLabel;
  private final DoubleFunction<String> format;
  private final List<Series> series = new ArrayList<>();
  private double minX = Double.POSITIVE_INFINITY;
  private double maxX = Double.NEGATIVE_INFINITY;
  private double minY = Double.POSITIVE_INFINITY;
  private double maxY = Double.NEGATIVE_INFINITY;

  public LineChart(int width, int height, String xLabel, DoubleFunction<String> format) {
    this.width = width;
    this.height = height;
    this.xLabel = xLabel;
    this.format = format;
  }

  /** Makes the y axis reach {@code value}. */
  public LineChart include(double value) {
    minY = Math.min(minY, value);
    maxY = Math.max(maxY, value);
    return this;
  }

  public LineChart add(Series line) {
    series.add(line);
    for (Point point : line.points) {
      if (!Double.isNaN(point.y)) {
        minX = Math.min(minX, point.x);
        maxX = Math.max(maxX, point.x);
        include(point.y - point.spread);
        include(point.y + point.spread);
      }
    }
    return this;
  }

  /** The SVG, or nothing where no line has a value. */
  public String svg(String label) {
    if (minX > maxX) {
      return "";
    }
    Ticks ticks = Ticks.between(minY, maxY);
    minY = ticks.min();
    maxY = ticks.max();
    Html out = new Html();
    out.format(
        "<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\" font-size=\"11\">",
        width, height, label);
    for (double tick : ticks.values()) {
      out.raw(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\" stroke=\"#e6eaef\"/>"
              .formatted(LEFT, width - RIGHT, at(y(tick)), at(y(tick))));
      out.format(
          "<text x=\"%s\" y=\"%s\" text-anchor=\"end\">%s</text>",
          LEFT - 6, at(y(tick) + 4), format.apply(tick));
    }
    out.format("<text x=\"%s\" y=\"%s\">%s</text>", LEFT, height - 8, Figures.number(minX));
    if (maxX > minX) {
      out.format(
          "<text x=\"%s\" y=\"%s\" text-anchor=\"end\">%s</text>",
          width - RIGHT, height - 8, Figures.number(maxX));
    }
    out.format(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"middle\">%s</text>",
        (LEFT + width - RIGHT) / 2, height - 8, xLabel);
    series.forEach(line -> band(out, line));
    series.forEach(line -> line(out, line));
    return out.raw("</svg>").toString();
  }

  private void band(Html out, Series line) {
    List<Point> points = present(line);
    if (points.stream().noneMatch(point -> point.spread > 0)) {
      return;
    }
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      path.append(path.isEmpty() ? "M" : "L").append(place(point.x, point.y + point.spread));
    }
    for (int i = points.size() - 1; i >= 0; i--) {
      Point point = points.get(i);
      path.append('L').append(place(point.x, point.y - point.spread));
    }
    out.format("<path d=\"%sZ\" fill=\"%s\" opacity=\".13\"/>", path, line.colour);
  }

  private void line(Html out, Series line) {
    StringBuilder path = new StringBuilder();
    boolean gap = true;
    for (Point point : line.points) {
      if (!Double.isNaN(point.y)) {
        path.append(gap ? "M" : "L").append(place(point.x, point.y));
      }
      gap = Double.isNaN(point.y);
    }
    out.format(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\""
            + " stroke-dasharray=\"%s\">",
        path, line.colour, line.dashed ? "6 4" : "none");
    out.format("<title>%s</title></path>", line.name);
    if (present(line).size() <= 40) {
      for (Point point : present(line)) {
        out.format(
            "<circle cx=\"%s\" cy=\"%s\" r=\"2.6\" fill=\"%s\">",
            at(x(point.x)), at(y(point.y)), line.colour);
        out.format(
            "<title>%s, %s %s: %s</title></circle>",
            line.name, xLabel, Figures.number(point.x), format.apply(point.y));
      }
    }
  }

  private static List<Point> present(Series line) {
    return line.points.stream().filter(point -> !Double.isNaN(point.y)).toList();
  }

  private String place(double x, double y) {
    return at(x(x)) + " " + at(y(y));
  }

  private double x(double value) {
    double share = maxX > minX ? (value - minX) / (maxX - minX) : 0.5;
    return LEFT + share * (width - LEFT - RIGHT);
  }

  private double y(double value) {
    return TOP + (maxY - value) / (maxY - minY) * (height - TOP - BOTTOM);
  }

  static String at(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
