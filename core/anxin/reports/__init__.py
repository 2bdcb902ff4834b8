"""Every table a tenant's modules count for somebody, in one place: read on a page, taken along as a workbook."""
