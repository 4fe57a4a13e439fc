package org.treegrpo.job.pretrain;

import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The open typefaces that words are drawn in, carried by Maven artifacts (DejaVu and Open Sans).
 */
enum Typeface {
  DEJAVU_SANS("net/sf/jasperreports/fonts/dejavu/DejaVuSans-Bold.ttf"),
  DEJAVU_SERIF("net/sf/jasperreports/fonts/dejavu/DejaVuSerif-Bold.ttf"),
  OPEN_SANS("fonts/ttf/OpenSans/OpenSans-Bold.ttf");

  private final String resource;

  Typeface(String resource) {
    this.resource = resource;
  }

  /**
   * Loads the face at a size.
   *
   * @throws FontsUnavailableException where the artifact is missing or the JVM cannot load fonts
   */
  Font load(float points) {
    try (InputStream in = Typeface.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new FontsUnavailableException(
            "typeface %s: must be on the class path as %s; add jasperreports-fonts and"
                    .formatted(this, resource)
                + " ph-fonts-open-sans, or use the application jar",
            null);
      }
      return Font.createFont(Font.TRUETYPE_FONT, in).deriveFont(points);
    } catch (IOException | FontFormatException | LinkageError | InternalError e) {
      // Without fontconfig or libfreetype: IOException here, errors in other builds of the JDK.
      throw new FontsUnavailableException(
          "typeface %s: the JVM cannot load fonts (%s); install the packages fontconfig and"
                  .formatted(this, e)
              + " libfreetype6, and a JDK with AWT (a headless one will do)",
          e);
    }
  }
}
