package org.treegrpo.job.pretrain;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.job.settings.PretrainSettings;

/**
 * Draws words as small RGB pictures, one letter in each fixed cell of 16 x 24 pixels.
 *
 * <p>Letters are filled outlines, so neither hinting nor the desktop's font settings matter: the
 * same word and style give the same pixels. Not thread-safe; one renderer a thread.
 */
final class WordRenderer {
  /** Width of one letter's cell in pixels. */
  static final int CELL = PretrainSettings.CELL;

  /** Height of a picture in pixels. */
  static final int HEIGHT = PretrainSettings.HEIGHT;

  /** The characters that can be drawn; anything else is refused. */
  static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz";

  private static final float FONT_SIZE = 20f;
  private static final float MARGIN = 0.5f;

  private final int cells;
  private final BufferedImage canvas;
  private final Graphics2D graphics;
  private final Map<Typeface, Shape[]> glyphs = new EnumMap<>(Typeface.class);

  /**
   * @param cells letters in the longest word
   * @throws FontsUnavailableException where AWT has no fonts
   */
  WordRenderer(int cells) {
    this.cells = cells;
    canvas = new BufferedImage(cells * CELL, HEIGHT, BufferedImage.TYPE_INT_RGB);
    graphics = canvas.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    for (Typeface typeface : Typeface.values()) {
      glyphs.put(typeface, outlines(typeface));
    }
  }

  /** Shape of a picture. */
  LatentShape shape() {
    return new LatentShape(3, HEIGHT, cells * CELL);
  }

  /**
   * Draws a word.
   *
   * @param image receives {@code [3, H, W]} in [-1, 1] from {@code offset}
   * @throws IllegalArgumentException if the word is empty, too long or has another character
   */
  void render(String word, WordStyle style, float[] image, int offset) {
    draw(word, style);
    int pixels = canvas.getWidth() * HEIGHT;
    int[] rgb = canvas.getRGB(0, 0, canvas.getWidth(), HEIGHT, null, 0, canvas.getWidth());
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int value = rgb[i] >> (16 - 8 * channel) & 0xff;
        image[offset + channel * pixels + i] = value / 127.5f - 1f;
      }
    }
  }

  private void draw(String word, WordStyle style) {
    if (word.isEmpty() || word.length() > cells) {
      throw new IllegalArgumentException(
          "word '%s' has %d letters; 1 to %d fit".formatted(word, word.length(), cells));
    }
    graphics.setTransform(new AffineTransform());
    graphics.setColor(style.paper());
    graphics.fillRect(0, 0, canvas.getWidth(), HEIGHT);
    graphics.setColor(style.ink());
    Shape[] outlines = glyphs.computeIfAbsent(style.typeface(), WordRenderer::outlines);
    for (int cell = 0; cell < word.length(); cell++) {
      int letter = ALPHABET.indexOf(word.charAt(cell));
      if (letter < 0) {
        throw new IllegalArgumentException(
            "word '%s' has the character '%c'; only %s can be drawn"
                .formatted(word, word.charAt(cell), ALPHABET));
      }
      graphics.setTransform(AffineTransform.getTranslateInstance((double) cell * CELL, 0));
      graphics.fill(outlines[letter]);
    }
  }

  /** Capitals, all on one baseline, each centred in its cell and narrowed where it is too wide. */
  private static Shape[] outlines(Typeface typeface) {
    Font font = typeface.load(FONT_SIZE);
    FontRenderContext context = new FontRenderContext(null, true, true);
    String capitals = ALPHABET.toUpperCase(Locale.ROOT);
    Rectangle2D tall = font.createGlyphVector(context, "H").getOutline().getBounds2D();
    double baseline = (HEIGHT - tall.getHeight()) / 2 + tall.getHeight();
    Shape[] outlines = new Shape[capitals.length()];
    for (int i = 0; i < outlines.length; i++) {
      Shape outline = font.createGlyphVector(context, capitals.substring(i, i + 1)).getOutline();
      Rectangle2D bounds = outline.getBounds2D();
      double narrowed = Math.min(1, (CELL - 2 * MARGIN) / bounds.getWidth());
      AffineTransform place = AffineTransform.getTranslateInstance(CELL / 2.0, baseline);
      place.scale(narrowed, 1);
      place.translate(-bounds.getCenterX(), 0);
      outlines[i] = place.createTransformedShape(outline);
    }
    return outlines;
  }
}
