/** Where responses say that their style sheet is (`zenodo/zenodo-rdm:invenio.cfg`). */
export const STYLE_SHEET_PATH = '/static/oai2.xsl';

/**
 * Shows responses in a browser as nested lists, with links to records and to the next page. It is
 * the mock's own: Zenodo's is part of GNU EPrints.
 */
export const STYLE_SHEET = `<?xml version="1.0" encoding="utf-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:oai="http://www.openarchives.org/OAI/2.0/" exclude-result-prefixes="oai">
  <xsl:output method="html" encoding="utf-8"/>
  <xsl:template match="/oai:OAI-PMH">
    <html lang="en">
      <head><title>OAI-PMH</title></head>
      <body><h1>OAI-PMH</h1><ul><xsl:apply-templates select="*"/></ul></body>
    </html>
  </xsl:template>
  <xsl:template match="*">
    <li>
      <b><xsl:value-of select="name()"/></b>
      <xsl:for-each select="@*"><xsl:text> </xsl:text><i><xsl:value-of select="concat(name(), '=', .)"/></i></xsl:for-each>
      <xsl:text> </xsl:text>
      <xsl:choose>
        <xsl:when test="*"><ul><xsl:apply-templates select="*"/></ul></xsl:when>
        <xsl:otherwise><xsl:apply-templates select="." mode="value"/></xsl:otherwise>
      </xsl:choose>
    </li>
  </xsl:template>
  <xsl:template match="*" mode="value"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="oai:header/oai:identifier" mode="value">
    <a href="?verb=GetRecord&amp;metadataPrefix=oai_dc&amp;identifier={.}"><xsl:value-of select="."/></a>
  </xsl:template>
  <xsl:template match="oai:resumptionToken" mode="value">
    <a href="?verb={local-name(..)}&amp;resumptionToken={.}"><xsl:value-of select="."/></a>
  </xsl:template>
</xsl:stylesheet>
`;
